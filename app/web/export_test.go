package web

// RouteLine is a line of the route table, for the tests that walk the running site.
type RouteLine struct{ Method, Path, Guard string }

// RouteTable is every route, those of the demonstration too.
func RouteTable() []RouteLine {
	s := &server{cfg: Config{Demo: &Demo{}}}
	var out []RouteLine
	for _, r := range s.routes() {
		out = append(out, RouteLine{r.method, r.path, string(r.guard)})
	}
	return out
}
