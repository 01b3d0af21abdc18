package doctor

import (
	"fmt"
	"strings"
)

// checkLabels looks at the labels of SELinux, where the file system has them:
// httpd runs programs and reads settings of certain types alone.
func (t *tree) checkLabels() {
	for folder := range t.programFolders() {
		if kind := labelType(t.path(folder)); kind != "" && !runs(kind) {
			t.add(Finding{"selinux-label", Warning, folder, "SELinux labels the programs " + kind,
				"where SELinux is enforced (getenforce), httpd runs programs of the type httpd_sys_script_exec_t or httpd_user_script_exec_t alone, and answers 500 (audit.log: denied { execute })",
				fmt.Sprintf("semanage fcontext -a -t httpd_sys_script_exec_t %s && restorecon -R %s", quote(t.path(folder)+"(/.*)?"), quote(t.path(folder)))})
		}
	}
	if kind := labelType(t.path(t.private())); kind != "" && !strings.HasPrefix(kind, "httpd_") {
		t.add(Finding{"selinux-label", Warning, t.private(), "SELinux labels the settings " + kind,
			"where SELinux is enforced (getenforce), programs of httpd may not read or change them, and answer 500",
			fmt.Sprintf("semanage fcontext -a -t httpd_sys_rw_content_t %s && restorecon -R %s", quote(t.path(t.private())+"(/.*)?"), quote(t.path(t.private())))})
	}
}

// runs reports whether httpd may run a file of a type.
func runs(kind string) bool {
	return strings.HasPrefix(kind, "httpd_") && strings.HasSuffix(kind, "_script_exec_t") || kind == "bin_t"
}

// typeOf is the type in a label, user:role:type:level.
func typeOf(label string) string {
	fields := strings.SplitN(strings.TrimRight(label, "\x00"), ":", 4)
	if len(fields) < 3 {
		return ""
	}
	return fields[2]
}
