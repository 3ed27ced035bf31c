package shelf

import "testing"

func TestBooksAreFoundInAnyCase(t *testing.T) {
	shelf := New()
	for _, title := range []string{"The Sea", "Deep Sea Fish", "Mountains"} {
		if err := shelf.Put(Book{Title: title, Pages: 10}); err != nil {
			t.Fatal(err)
		}
	}
	found := shelf.Find("sea")
	if len(found) != 2 || found[0].Title != "Deep Sea Fish" {
		t.Fatalf("found %v", found)
	}
}

func TestABookIsThereOnce(t *testing.T) {
	shelf := New()
	if err := shelf.Put(Book{Title: "Maps", Pages: 3}); err != nil {
		t.Fatal(err)
	}
	if err := shelf.Put(Book{Title: " Maps ", Pages: 4}); err != ErrKnown {
		t.Fatalf("not refused: %v", err)
	}
	if err := shelf.Put(Book{Title: "Empty"}); err != ErrInvalid {
		t.Fatalf("not refused: %v", err)
	}
}
