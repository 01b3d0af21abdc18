package templates

import "strings"

// Cluster is what the manifests of a site in a container depend on.
type Cluster struct {
	Module   string           // module path, for a comment
	Name     string           // of all objects: a DNS label that begins with a letter, at most 31 letters (RFC 1035)
	Version  string           // of the source, as the value of a label; "" if unknown
	Image    string           // with its digest
	Hosts    []string         // domains, one of which may begin with *.
	Base     string           // path that the site lies below, as /shop; "" for the whole host
	Health   string           // path that probes ask
	Data     string           // variable that holds the folder of the site's files; "" if it keeps none
	Settings []ClusterSetting // what has to be set, or is secret
	Replicas int              // 0 if an autoscaler decides
	Min, Max int              // of the autoscaler
	Ingress  string           // default, nginx, gateway or none
	Gateway  string           // name of the Gateway that routes attach to
}

// A ClusterSetting is a variable of the site.
type ClusterSetting struct {
	Name     string
	Required bool
}

// Render returns the file that the template of the given name, as
// "cluster/kubernetes.yaml", makes.
func (c Cluster) Render(name string) ([]byte, error) { return render(name, c) }

// Required reports whether there is a setting without which the site does not
// start.
func (c Cluster) Required() bool {
	for _, s := range c.Settings {
		if s.Required {
			return true
		}
	}
	return false
}

// Path is what an Ingress and a route select the site by.
func (c Cluster) Path() string {
	if c.Base == "" {
		return "/"
	}
	return c.Base
}

// SecretOf names the secret of one setting, where each is a secret of its own.
func (c Cluster) SecretOf(s ClusterSetting) string {
	return c.Name + "-" + strings.ToLower(strings.ReplaceAll(s.Name, "_", "-"))
}
