// Command knative checks manifests of Knative as its webhook does: strict decoding,
// defaults and validation. It prints what runs: a line for each container.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"knative.dev/pkg/apis"
	v1 "knative.dev/serving/pkg/apis/serving/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		var s v1.Service
		if err := yaml.UnmarshalStrict(text, &s); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		s.Namespace = "default"
		ctx := apis.WithinCreate(context.Background())
		s.SetDefaults(ctx)
		if err := s.Validate(ctx); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		for _, c := range s.Spec.Template.Spec.Containers {
			fmt.Printf("%s: image %s, port %d\n", s.Name, c.Image, c.Ports[0].ContainerPort)
		}
	}
}
