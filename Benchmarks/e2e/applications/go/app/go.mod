module example.com/shelf

go 1.19

require (
	github.com/julienschmidt/httprouter v1.3.0
	github.com/spf13/pflag v1.0.5
)

replace (
	github.com/julienschmidt/httprouter => /usr/share/gocode/src/github.com/julienschmidt/httprouter
	github.com/spf13/pflag => /usr/share/gocode/src/github.com/spf13/pflag
)
