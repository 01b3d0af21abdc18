// Command manifests checks manifests of Kubernetes as its API server does: strict
// decoding, defaults, validation, and Pod Security at its level restricted. Then it
// looks whether they hang together, and prints what runs: a line for each container.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	k8s "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	scalevalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1convert "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	podsecurity "k8s.io/pod-security-admission/policy"

	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
)

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
	decoder  k8s.Decoder
	pods     map[string]core.PodTemplateSpec // by the name of their deployment
	services map[string]*core.Service
	ingress  []*networking.Ingress
	claims   map[string]bool
	budgets  []*policy.PodDisruptionBudget
	scales   []*autoscaling.HorizontalPodAutoscaler
	problems []error
}

func read(text []byte) error {
	c := &cluster{
		decoder: serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder(
			apps.SchemeGroupVersion, core.SchemeGroupVersion, networking.SchemeGroupVersion, policy.SchemeGroupVersion, autoscaling.SchemeGroupVersion),
		pods: map[string]core.PodTemplateSpec{}, services: map[string]*core.Service{}, claims: map[string]bool{},
	}
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		if bytes.Contains(document, []byte("apiVersion: gateway.networking.k8s.io/")) {
			continue // a kind that its own definition checks
		}
		object, _, err := c.decoder.Decode(document, nil, nil)
		if err != nil {
			c.problems = append(c.problems, err)
			continue
		}
		c.add(object)
	}
	c.join()
	return errors.Join(c.problems...)
}

func (c *cluster) say(list field.ErrorList) {
	for _, e := range list {
		c.problems = append(c.problems, e)
	}
}

// inNamespace gives an object the namespace that kubectl gives it.
func inNamespace(m *metav1.ObjectMeta) { m.Namespace = "default" }

func (c *cluster) add(object k8s.Object) {
	switch o := object.(type) {
	case *apps.Deployment:
		inNamespace(&o.ObjectMeta)
		c.say(appsvalidation.ValidateDeployment(o, corevalidation.PodValidationOptions{}))
		c.restricted(o.Spec.Template)
		c.pods[o.Name] = o.Spec.Template
	case *core.Service:
		inNamespace(&o.ObjectMeta)
		c.say(corevalidation.ValidateServiceCreate(o))
		c.services[o.Name] = o
	case *core.PersistentVolumeClaim:
		inNamespace(&o.ObjectMeta)
		c.say(corevalidation.ValidatePersistentVolumeClaim(o, corevalidation.ValidationOptionsForPersistentVolumeClaim(o, nil)))
		c.claims[o.Name] = true
	case *networking.Ingress:
		inNamespace(&o.ObjectMeta)
		c.say(networkvalidation.ValidateIngressCreate(o))
		c.ingress = append(c.ingress, o)
	case *policy.PodDisruptionBudget:
		inNamespace(&o.ObjectMeta)
		c.say(policyvalidation.ValidatePodDisruptionBudget(o, policyvalidation.PodDisruptionBudgetValidationOptions{}))
		c.budgets = append(c.budgets, o)
	case *autoscaling.HorizontalPodAutoscaler:
		inNamespace(&o.ObjectMeta)
		c.say(scalevalidation.ValidateHorizontalPodAutoscaler(o, scalevalidation.HorizontalPodAutoscalerSpecValidationOptions{}))
		c.scales = append(c.scales, o)
	default:
		c.problems = append(c.problems, fmt.Errorf("unknown kind %T", object))
	}
}

// restricted holds a pod against Pod Security.
func (c *cluster) restricted(template core.PodTemplateSpec) {
	var spec corev1.PodSpec
	if err := corev1convert.Convert_core_PodSpec_To_v1_PodSpec(&template.Spec, &spec, nil); err != nil {
		c.problems = append(c.problems, err)
		return
	}
	evaluator, err := podsecurity.NewEvaluator(podsecurity.DefaultChecks(), nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &template.ObjectMeta, &spec) {
		if !result.Allowed {
			c.problems = append(c.problems, fmt.Errorf("restricted: %s: %s", result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
}

// join looks whether every part leads to another.
func (c *cluster) join() {
	for name, template := range c.pods {
		for _, container := range template.Spec.Containers {
			fmt.Printf("%s: image %s, port %d\n", name, container.Image, container.Ports[0].ContainerPort)
		}
		for _, volume := range template.Spec.Volumes {
			if claim := volume.PersistentVolumeClaim; claim != nil && !c.claims[claim.ClaimName] {
				c.problems = append(c.problems, fmt.Errorf("no claim %s", claim.ClaimName))
			}
		}
	}
	for _, s := range c.services {
		if !c.leads(labels.SelectorFromSet(s.Spec.Selector), s.Spec.Ports[0].TargetPort.StrVal) {
			c.problems = append(c.problems, fmt.Errorf("the service %s leads to no pod", s.Name))
		}
	}
	for _, i := range c.ingress {
		for _, rule := range i.Spec.Rules {
			for _, path := range rule.HTTP.Paths {
				s := c.services[path.Backend.Service.Name]
				if s == nil || s.Spec.Ports[0].Name != path.Backend.Service.Port.Name {
					c.problems = append(c.problems, fmt.Errorf("the path %s leads to no service", path.Path))
				}
			}
		}
	}
	for _, b := range c.budgets {
		if selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector); err != nil || !c.leads(selector, "http") {
			c.problems = append(c.problems, fmt.Errorf("the budget %s is for no pod: %w", b.Name, err))
		}
	}
	for _, s := range c.scales {
		if _, ok := c.pods[s.Spec.ScaleTargetRef.Name]; !ok {
			c.problems = append(c.problems, fmt.Errorf("nothing to scale is called %s", s.Spec.ScaleTargetRef.Name))
		}
	}
}

// leads reports whether a selector finds a pod with a port of that name.
func (c *cluster) leads(selector labels.Selector, port string) bool {
	for _, template := range c.pods {
		for _, p := range template.Spec.Containers[0].Ports {
			if selector.Matches(labels.Set(template.Labels)) && p.Name == port {
				return true
			}
		}
	}
	return false
}
