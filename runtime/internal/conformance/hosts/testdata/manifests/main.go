// Command manifests reads manifests of Kubernetes and Knative by their types,
// refuses every key that these do not have, and prints what runs: a line for
// each container.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

// A KnativeService is the part of serving.knative.dev/v1 that a service needs:
// its template holds a PodSpec of Kubernetes with two fields more.
type KnativeService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Template struct {
			metav1.ObjectMeta `json:"metadata"`
			Spec              struct {
				corev1.PodSpec       `json:",inline"`
				ContainerConcurrency *int64 `json:"containerConcurrency"`
				TimeoutSeconds       *int64 `json:"timeoutSeconds"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

func main() {
	log.SetFlags(0)
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err == nil {
			err = read(text)
		}
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}

// A cluster is what the manifests of one file ask for.
type cluster struct {
	pods     map[string]corev1.PodSpec // by name
	labels   map[string]labels.Set     // of the pods
	services map[string]corev1.Service
}

func read(text []byte) error {
	c := cluster{map[string]corev1.PodSpec{}, map[string]labels.Set{}, map[string]corev1.Service{}}
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		if err := c.add(document); err != nil {
			return err
		}
	}
	for name, pod := range c.pods {
		if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
			return fmt.Errorf("name %s: %q", name, problems)
		}
		for _, container := range pod.Containers {
			security := container.SecurityContext
			fmt.Printf("%s: image %s, port %d, root %t, privileges %t, capabilities without %v\n", name, container.Image, container.Ports[0].ContainerPort,
				!*security.RunAsNonRoot, *security.AllowPrivilegeEscalation, security.Capabilities.Drop)
		}
	}
	return nil
}

func (c *cluster) add(document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "apps/v1 Deployment":
		var d appsv1.Deployment
		if err := yaml.UnmarshalStrict(document, &d); err != nil {
			return err
		}
		selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil || !selector.Matches(labels.Set(d.Spec.Template.Labels)) {
			return fmt.Errorf("the deployment does not select its own pods: %w", err)
		}
		c.pods[d.Name], c.labels[d.Name] = d.Spec.Template.Spec, d.Spec.Template.Labels
	case "v1 Service":
		var s corev1.Service
		if err := yaml.UnmarshalStrict(document, &s); err != nil {
			return err
		}
		c.services[s.Name] = s
		return c.checkService(s)
	case "networking.k8s.io/v1 Ingress":
		var i networkingv1.Ingress
		if err := yaml.UnmarshalStrict(document, &i); err != nil {
			return err
		}
		return c.checkIngress(i)
	case "serving.knative.dev/v1 Service":
		var s KnativeService
		if err := yaml.UnmarshalStrict(document, &s); err != nil {
			return err
		}
		c.pods[s.Name] = s.Spec.Template.Spec.PodSpec
	default:
		return fmt.Errorf("unknown kind %v", kind)
	}
	return nil
}

// checkService holds the port of a service against those of the pods that it selects.
func (c *cluster) checkService(s corev1.Service) error {
	for name, set := range c.labels {
		if !labels.SelectorFromSet(s.Spec.Selector).Matches(set) {
			continue
		}
		for _, port := range c.pods[name].Containers[0].Ports {
			if port.Name == s.Spec.Ports[0].TargetPort.StrVal {
				return nil
			}
		}
	}
	return fmt.Errorf("the service %s leads to no pod", s.Name)
}

func (c *cluster) checkIngress(i networkingv1.Ingress) error {
	for _, rule := range i.Spec.Rules {
		for _, path := range rule.HTTP.Paths {
			s, ok := c.services[path.Backend.Service.Name]
			if !ok || s.Spec.Ports[0].Name != path.Backend.Service.Port.Name {
				return fmt.Errorf("the path %s leads to no service", path.Path)
			}
		}
	}
	return nil
}
