module example.com/testsite

go 1.26.0

require github.com/cgigen/cgigen v0.0.0

replace github.com/cgigen/cgigen => ../../../../../..
