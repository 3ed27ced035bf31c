package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/shelf/internal/shelf"
)

func ask(handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer
}

func TestWhatIsPutIsListed(t *testing.T) {
	handler := Handler(shelf.New())
	for _, expected := range []int{http.StatusCreated, http.StatusConflict} {
		if code := ask(handler, "POST", "/books", `{"title": "Maps", "pages": 12}`).Code; code != expected {
			t.Fatalf("answered %d, not %d", code, expected)
		}
	}
	if list := ask(handler, "GET", "/books?title=map", "").Body.String(); !strings.Contains(list, `"pages":12`) {
		t.Fatalf("listed %s", list)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	if code := ask(Handler(shelf.New()), "POST", "/books", "{").Code; code != http.StatusBadRequest {
		t.Fatalf("answered %d", code)
	}
}
