// Package shelf keeps books in memory.
package shelf

import (
	"errors"
	"sort"
	"strings"
	"sync"
)

// A Book has a title that is unique on its shelf.
type Book struct {
	Title string `json:"title"`
	Pages int    `json:"pages"`
}

// Why a book cannot be put there.
var (
	ErrInvalid = errors.New("a book has a title and at least one page")
	ErrKnown   = errors.New("that book is there already")
)

// A Shelf may be used by several goroutines.
type Shelf struct {
	mutex sync.RWMutex
	books map[string]Book
}

// New makes an empty shelf.
func New() *Shelf {
	return &Shelf{books: map[string]Book{}}
}

// Put adds a book.
func (s *Shelf) Put(book Book) error {
	book.Title = strings.TrimSpace(book.Title)
	if book.Title == "" || book.Pages < 1 {
		return ErrInvalid
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, known := s.books[book.Title]; known {
		return ErrKnown
	}
	s.books[book.Title] = book
	return nil
}

// Find returns the books whose titles contain text, whatever the case, sorted by title.
func (s *Shelf) Find(text string) []Book {
	text = strings.ToLower(text)
	found := []Book{}
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	for _, book := range s.books {
		if strings.Contains(strings.ToLower(book.Title), text) {
			found = append(found, book)
		}
	}
	sort.Slice(found, func(a, b int) bool { return found[a].Title < found[b].Title })
	return found
}
