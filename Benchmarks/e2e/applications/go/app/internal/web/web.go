// Package web serves a shelf.
package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"example.com/shelf/internal/shelf"
	"github.com/julienschmidt/httprouter"
)

const greeting = "Good morning, reader"

// Handler answers for a shelf.
func Handler(books *shelf.Shelf) http.Handler {
	router := httprouter.New()
	router.GET("/", func(w http.ResponseWriter, _ *http.Request, _ httprouter.Params) {
		fmt.Fprintf(w, "%s. There are %d books.\n", greeting, len(books.Find("")))
	})
	router.GET("/books", func(w http.ResponseWriter, r *http.Request, _ httprouter.Params) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(books.Find(r.URL.Query().Get("title")))
	})
	router.POST("/books", func(w http.ResponseWriter, r *http.Request, _ httprouter.Params) {
		var book shelf.Book
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&book)
		if err == nil {
			err = books.Put(book)
		}
		switch {
		case err == nil:
			w.WriteHeader(http.StatusCreated)
		case errors.Is(err, shelf.ErrKnown):
			http.Error(w, err.Error(), http.StatusConflict)
		default:
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	return router
}
