// Package config fills the configuration structs of generated programs. The
// generator writes one [Load] call per field; nothing here uses reflection.
//
// # Sources
//
// A value comes from the strongest source that names it, even if it is empty
// there. From the weakest to the strongest:
//
//  1. the default of the field (tag envDefault)
//  2. private/NAME/site.env, for all programs of the site NAME
//  3. private/NAME/<program>.env, for one of them
//  4. the process environment
//  5. the file that NAME_FILE names, in any of the sources 2 to 4
//
// An empty value counts as set, but a default takes its place if there is one,
// and a field is left alone when nothing but an empty value is there: these are
// the rules of github.com/caarlos0/env.
//
// Of a file that NAME_FILE names one trailing newline is cut. A relative path is
// taken from the folder private, never from the working directory. Such files
// are exempt from the rules on permissions below, because secrets that a
// container mounts are readable by all; their content never appears in an error.
//
// # Options of a field
//
//   - required: it is an error if no source names the value and there is no
//     default; the value may be empty.
//   - notEmpty: it is an error if the value, or the default, is empty or missing.
//   - file: the value is the path of a file that holds the value. Such a field
//     has no NAME_FILE.
//   - expand: $NAME and ${NAME} in the value or the default stand for other
//     values: of a field that was loaded before, with its default, otherwise of
//     the sources 2 to 4. What is inserted is not expanded again, an unknown name
//     is nothing, and the content of a NAME_FILE is taken as it is.
//   - unset: NAME and NAME_FILE leave the process environment once everything
//     is loaded.
//
// A pointer to a nested struct is nil unless a source gives one of the values in
// it; a default does not count, nor does an empty value. While it is nil nothing
// in it is required. With the option init it is always allocated.
//
// # What errors show
//
// An error names the value, the field, and the file and line where it was found.
// It never shows the value, nor what the parser said about it, because what
// cannot be parsed can be anything: a password on the wrong line, for example. It
// does not show the path that a NAME_FILE holds if nothing can be read there.
//
// A value that begins a PEM text without its lines, mostly because \n was written
// between them, is an error that names NAME_FILE: values are literal.
//
// # The folder private
//
// Settings and data of the site NAME lie in private/NAME. The folder private is
// searched from the folder of the executable upwards and never from the working
// directory, so that it can lie outside the document root. The nearest
// private/NAME counts, and nothing else in private is read then. If there is
// none, the nearest folder private itself counts: a site that is alone needs no
// folder of its own. But if private/MANIFEST.json names another site, the program
// refuses to start, and shows the command that moves the settings.
//
// The command cgigen links the name into programs:
//
//	-X github.com/cgigen/cgigen/runtime/config.siteName=NAME
//
// Without it the nearest folder private counts. A program that is linked with
//
//	-X github.com/cgigen/cgigen/runtime/config.fixedDir=/absolute/folder
//
// uses that folder and does not search. Nothing is searched or read before the
// first value is asked for. It is an error if the program cannot find out where it
// lies, as on Linux without /proc, and if the folder is a symbolic link that leads
// nowhere. Under WASI programs have no place, and no folder.
//
// Where files have owners, the folder and the file must belong to the user that
// the process runs as, or to root, and nobody else may write to them. Nobody
// else may read the file either, except the group of a file that belongs to
// root: mode 600, or 640 for root. Symbolic links are followed, and the rules
// hold for what they point at. A file that breaks a rule is an error, never
// skipped. A folder private without a file for the program is left alone.
//
// # The files
//
// Each line is KEY=value, blank, or a comment that begins with #. Lines end with
// LF or CRLF; a byte order mark, and the word export before the key, are
// skipped. Keys are letters, digits and underscores, without a leading digit, and may
// stand once in a file. Space around key and value is cut. Values are literal:
// no escapes, no variables (but see expand). A value that begins with ' or "
// must end with the same quote and have none in between; the quotes are not part
// of it. A value without quotes must not contain " #", as it would be unclear
// whether a comment begins there. A file has at most 1 MiB.
//
// A key of private/NAME/<program>.env that no field of the program has is an error.
// Keys that begin with CGIGEN_ are settings of the runtime, see [Values.Setting].
package config
