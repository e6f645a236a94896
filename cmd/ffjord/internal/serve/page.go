package serve

import (
	"embed"
	"net/http"
	"path"
)

// The page asks nobody but this service: all that it is made of is in the program.
//
//go:embed page openapi.json
var files embed.FS

// pageRoutes are the places of the page and of its parts.
func pageRoutes() []route {
	out := []route{{http.MethodGet, "/", file("page/index.html")}}
	entries, err := files.ReadDir("page")
	if err != nil {
		panic(err) // of the program as it was built
	}
	for _, e := range entries {
		name := path.Join("page", e.Name())
		out = append(out, route{http.MethodGet, "/" + name, file(name)})
	}
	return out
}

// file answers with a file of the program.
func file(name string) handlerFunc {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // of the program as it was built
	}
	kind := contentTypes[path.Ext(name)]
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text) // a peer that has gone wants nothing
		return nil
	}
}

// contentTypes are not left to the machine's table of types, which may say anything.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".json": "application/json",
}
