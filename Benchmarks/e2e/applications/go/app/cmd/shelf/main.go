// shelf serves a shelf of books over HTTP.
package main

import (
	"log"
	"net/http"
	"time"

	"example.com/shelf/internal/shelf"
	"example.com/shelf/internal/web"
	"github.com/spf13/pflag"
)

func main() {
	listen := pflag.String("listen", "127.0.0.1:8080", "the address to listen on")
	pflag.Parse()
	server := &http.Server{
		Addr:              *listen,
		Handler:           web.Handler(shelf.New()),
		ReadHeaderTimeout: 5 * time.Second,
	}
	log.Printf("listening on %s", *listen)
	log.Fatal(server.ListenAndServe())
}
