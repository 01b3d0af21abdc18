// Command cloudrun reads manifests of Cloud Run by the types of its API, refuses every
// key that these do not have, and prints what runs: a line for each container.
package main

import (
	"fmt"
	"log"
	"os"

	run "google.golang.org/api/run/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		var s run.Service
		if err := yaml.UnmarshalStrict(text, &s); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		for _, c := range s.Spec.Template.Spec.Containers {
			fmt.Printf("%s: image %s, port %d\n", s.Metadata.Name, c.Image, c.Ports[0].ContainerPort)
		}
	}
}
