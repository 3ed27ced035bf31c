import Testing

@testable import Chunking

@Suite("Chain view")
struct ChainViewTests {
    /// A row in short: `d path`, `f path content`, `l path target`, `h path target`.
    private func layer(_ rows: String...) -> EntryTable {
        EntryTable(entries: rows.map { Self.entry($0) })
    }

    private static func entry(_ row: String) -> Entry {
        let words = row.split(separator: " ").map(String.init)
        let path = LayerPath(words.count > 1 ? words[1] : "")
        let last = words.count > 2 ? words[2] : ""
        switch words[0] {
        case "d": return Entry(path: path, kind: .directory, mode: 0o700)
        case "l": return Entry(path: path, kind: .symlink, mode: 0o777, linkTarget: Array(last.utf8))
        case "h": return Entry(path: path, kind: .hardlink, mode: 0o644, linkTarget: Array(last.utf8))
        default:
            return Entry(
                path: path, kind: .file, mode: 0o644, size: UInt64(last.utf8.count),
                content: ContentDigest.small(of: Array(last.utf8)))
        }
    }

    /// Every path of `view`, as `ls -F` would mark it.
    private func listing(_ view: ChainView) -> [String] {
        view.subtree(at: .root).dropFirst().map { node in
            let path = String(node.entry.path.description.dropFirst())
            switch node.entry.kind {
            case .directory: return path + "/"
            case .symlink: return path + "@"
            case .hardlink: return path + "?"
            default: return path
            }
        }
    }

    private func content(_ text: String) -> Digest { ContentDigest.small(of: Array(text.utf8)) }

    @Test("the empty chain has a root")
    func empty() {
        let view = ChainView(layers: [])
        #expect(view.node(at: .root)?.entry.kind == .directory)
        #expect(view.children(of: .root).isEmpty)
        #expect(view.subtree(at: LayerPath("a")).isEmpty)
    }

    @Test("names of one file are told, as long as no layer parts them")
    func namesOfOneFile() {
        func files(_ view: ChainView) -> [String: Int?] {
            Dictionary(
                uniqueKeysWithValues: view.children(of: .root).map { node in
                    (String(node.entry.path.description.dropFirst()), node.file)
                })
        }
        let first = layer("f a one", "h b a", "f c one", "l d a", "h e d")
        let together = files(ChainView(layers: [first]))
        #expect(together["a"] != nil && together["a"] == together["b"])
        #expect(together["c"] == .some(nil) && together["d"] == .some(nil) && together["e"] == .some(nil))
        // A further name from above, and one that gets bytes of its own.
        let apart = files(ChainView(layers: [first, layer("h f b", "f a one")]))
        #expect(apart["f"] != .some(nil) && apart["f"] == apart["b"] && apart["a"] == .some(nil))
        let others = files(ChainView(layers: [layer("f a one", "h b a"), layer("f c two", "h d c")]))
        #expect(others["c"] == others["d"] && others["a"] == others["b"] && others["a"] != others["c"])
    }

    @Test("later layers win; directories merge and take the later row")
    func merging() {
        let view = ChainView(layers: [
            layer("d a", "f a/x one", "f a/y one"), layer("d a", "f a/y second", "f a/z third"),
        ])
        #expect(listing(view) == ["a/", "a/x", "a/y", "a/z"])
        #expect(view.node(at: LayerPath("a/y"))?.entry.content == content("second"))
        #expect(view.node(at: LayerPath("a/y"))?.layer == 1)
        #expect(view.node(at: LayerPath("a/x"))?.layer == 0)
        #expect(view.node(at: LayerPath("a"))?.layer == 1)
    }

    @Test("parents without rows are there")
    func implicitParents() throws {
        let view = ChainView(layers: [layer("f a/b/c x")])
        #expect(listing(view) == ["a/", "a/b/", "a/b/c"])
        let parent = try #require(view.node(at: LayerPath("a/b")))
        #expect(parent.entry.mode == 0o755 && parent.entry.kind == .directory)
    }

    @Test("a whiteout hides a file, or a directory with all in it, of lower layers only")
    func whiteouts() {
        let lower = layer("d a", "f a/x 1", "d a/sub", "f a/sub/deep 1", "f b 1")
        #expect(listing(ChainView(layers: [lower, layer("f a/.wh.x", "f .wh.b")])) == ["a/", "a/sub/", "a/sub/deep"])
        #expect(listing(ChainView(layers: [lower, layer("f .wh.a")])) == ["b"])
        #expect(listing(ChainView(layers: [lower, layer("f a/new 2", "f .wh.a")])) == ["a/", "a/new", "b"])
        #expect(listing(ChainView(layers: [lower, layer("f .wh.a", "f a/new 2")])) == ["a/", "a/new", "b"])
        #expect(listing(ChainView(layers: [lower, layer("f b 2", "f .wh.b")])).contains("b"))
        // The directory of a whiteout is there, whatever the layers below have.
        #expect(
            listing(ChainView(layers: [lower, layer("f .wh.none", "f none/.wh.x", "f .wh.")])) == [
                "a/", "a/sub/", "a/sub/deep", "a/x", "b", "none/",
            ])
        #expect(
            listing(ChainView(layers: [lower, layer("f .wh.a"), layer("f a/sub/new 3")])) == [
                "a/", "a/sub/", "a/sub/new", "b",
            ])
    }

    @Test("an opaque directory hides what lower layers had in it, in whatever order")
    func opaque() {
        let lower = layer("d a", "f a/x 1", "d a/sub", "f a/sub/deep 1")
        for rows in [
            layer("d a", "f a/.wh..wh..opq", "f a/new 2", "f a/sub/other 2"),
            layer("d a", "f a/new 2", "f a/sub/other 2", "f a/.wh..wh..opq"),
            layer("f a/new 2", "f a/sub/other 2", "f a/.wh..wh..opq", "f a/.wh..wh..opq", "f a/.wh.new"),
        ] {
            #expect(listing(ChainView(layers: [lower, rows])) == ["a/", "a/new", "a/sub/", "a/sub/other"])
        }
        #expect(listing(ChainView(layers: [lower, layer("f .wh..wh..opq")])).isEmpty)
        #expect(listing(ChainView(layers: [lower, layer("f .wh..wh.plnk", "f .wh..wh.aufs/x 1")])).count == 4)
    }

    @Test("files replace directories and the other way round")
    func replacing() {
        let lower = layer("d a", "f a/x 1", "f b 1")
        #expect(listing(ChainView(layers: [lower, layer("f a 2", "d b", "f b/y 2")])) == ["a", "b/", "b/y"])
        #expect(listing(ChainView(layers: [lower, layer("l a b")])) == ["a@", "b"])
        #expect(
            listing(ChainView(layers: [layer("l a b", "d b", "f b/x 1"), layer("d a", "f a/y 2")])) == [
                "a/", "a/y", "b/", "b/x",
            ])
    }

    @Test("entries behind a symbolic link of their layer are placed where it leads")
    func linkedParents() {
        let view = ChainView(layers: [
            layer("d usr", "d usr/lib", "f usr/lib/a 1"),
            layer("l lib usr/lib", "l usr/up ../usr/./lib", "f lib/b 2", "f usr/up/c 2", "f lib/.wh.a"),
        ])
        #expect(listing(view) == ["lib@", "usr/", "usr/lib/", "usr/lib/b", "usr/lib/c", "usr/up@"])
        #expect(view.node(at: LayerPath("lib/c"))?.entry.path == LayerPath("usr/lib/c"))
        #expect(
            view.children(of: LayerPath("lib")).map(\.entry.path) == [LayerPath("usr/lib/b"), LayerPath("usr/lib/c")])
        #expect(view.subtree(at: LayerPath("lib")).map(\.entry.kind) == [.symlink])
        #expect(view.resolved(LayerPath("usr/up/b")) == LayerPath("usr/lib/b"))
        #expect(view.resolved(LayerPath("lib/none/deeper")) == LayerPath("usr/lib/none/deeper"))
    }

    @Test("a directory that something needs hides a link of the layers below, as overlayfs shows it")
    func linksOfLayersBelow() {
        let lower = layer("l lib usr/lib", "d usr", "d usr/lib", "f usr/lib/a 1", "l up usr", "l far lib", "f file 1")
        #expect(
            listing(ChainView(layers: [lower, layer("f lib/b 2", "f up/.wh.lib", "f file/x 2", "f new/.wh.x")])) == [
                "far@", "file/", "file/x", "lib/", "lib/b", "new/", "up/", "usr/", "usr/lib/", "usr/lib/a",
            ])
        // A link of the layer leads to what the layer has.
        #expect(
            listing(ChainView(layers: [lower, layer("l own lib/x/../y", "f own/b 2")])) == [
                "far@", "file", "lib/", "lib/x/", "lib/y/", "lib/y/b", "own@", "up@", "usr/", "usr/lib/", "usr/lib/a",
            ])
    }

    @Test("directories are told that a layer has without a row")
    func impliedDirectories() {
        func implied(_ rows: String...) -> [String] {
            EntryTable(entries: rows.map { Self.entry($0) }).impliedDirectories.map(\.description)
        }
        #expect(implied("d a", "f a/b 1", "d a/c", "f a/c/d 1", "f e 1", "f .wh.g") == [])
        #expect(implied("f a/b/c 1", "d a/b", "f d/.wh.e", "f f/.wh..wh..opq") == ["/a", "/d", "/f"])
        #expect(implied("l lib usr/lib", "f lib/x 1", "d usr") == ["/usr/lib"])
        #expect(implied("f a/b 1", "f a 1") == [])
    }

    @Test("links do not lead out of the root, and dangling ones to where they point")
    func escaping() {
        let view = ChainView(layers: [
            layer("l out ../../../etc", "d etc", "f etc/passwd 1", "l dangling /var/none", "f dangling/x 1")
        ])
        #expect(view.node(at: LayerPath("out/passwd"))?.entry.path == LayerPath("etc/passwd"))
        #expect(view.node(at: LayerPath("var/none/x")) != nil)
        #expect(view.resolved(LayerPath("out")) == LayerPath("etc"))
    }

    @Test("loops end")
    func loops() {
        let view = ChainView(layers: [layer("l a b", "l b a", "l self self/x", "f a/x 1")])
        #expect(listing(view) == ["a@", "b@", "self@"])
        #expect(view.resolved(LayerPath("a")) == nil)
        #expect(view.node(at: LayerPath("a/x")) == nil)
        #expect(view.node(at: LayerPath("self/x")) == nil)
        #expect(view.node(at: LayerPath("a"))?.entry.kind == .symlink)
        // Forty links in a row are followed, forty-one are not.
        var rows = (0..<41).map {
            Entry(path: LayerPath("l\($0)"), kind: .symlink, mode: 0o777, linkTarget: Array("l\($0 + 1)".utf8))
        }
        rows.append(Entry(path: LayerPath("l41"), kind: .directory, mode: 0o755))
        let row = ChainView(layers: [EntryTable(entries: rows)])
        #expect(row.resolved(LayerPath("l1")) == LayerPath("l41"))
        #expect(row.resolved(LayerPath("l0")) == nil)
    }

    @Test("hard links show the file they name, also across layers and after it changed")
    func hardLinks() {
        let view = ChainView(layers: [
            layer("f a one", "h b a", "l soft a", "h linked soft", "h none missing", "d d", "h dir d"),
            layer("f a changed", "h c b", "l up d", "h d/e up/../c"),
        ])
        #expect(view.node(at: LayerPath("b"))?.entry.content == content("one"))
        #expect(view.node(at: LayerPath("b"))?.entry.kind == .file)
        #expect(view.node(at: LayerPath("b"))?.entry.path == LayerPath("b"))
        #expect(view.node(at: LayerPath("c"))?.entry.content == content("one"))
        #expect(view.node(at: LayerPath("c"))?.layer == 0, "the content is in the lower layer")
        #expect(view.node(at: LayerPath("linked"))?.entry.kind == .symlink)
        #expect(view.node(at: LayerPath("none"))?.entry.kind == .hardlink)
        #expect(view.node(at: LayerPath("dir"))?.entry.kind == .hardlink)
        #expect(listing(ChainView(layers: [layer("f a 1"), layer("h b a", "f .wh.a")])) == ["b"])
        #expect(listing(ChainView(layers: [layer("f a 1"), layer("h b a"), layer("f .wh.b")])) == ["a"])
    }

    @Test("siblings are sorted by bytes, parents come first")
    func order() {
        let view = ChainView(layers: [layer("f b 1", "d a.b", "d a", "f a/z 1", "f a.b/c 1", "f A 1")])
        #expect(listing(view) == ["A", "a/", "a/z", "a.b/", "a.b/c", "b"])
        #expect(view.children(of: .root).map(\.entry.path.description) == ["/A", "/a", "/a.b", "/b"])
    }

    @Test("an entry below a file makes it a directory")
    func belowFile() {
        #expect(listing(ChainView(layers: [layer("f a 1", "f a/b 1")])) == ["a/", "a/b"])
        #expect(ChainView(layers: [layer("f a 1")]).node(at: LayerPath("a/b")) == nil)
        #expect(ChainView(layers: [layer("f a 1")]).resolved(LayerPath("a/b")) == LayerPath("a/b"))
    }

    @Test("one layer that hides a large directory again and again is no work")
    func repeatedWhiteouts() {
        var rows = (0..<3000).map { Self.entry("f d/f\($0) 1") }
        rows += (0..<3000).flatMap { _ in [Self.entry("f .wh.d"), Self.entry("f d/.wh..wh..opq")] }
        let view = ChainView(layers: [layer("d d", "f d/old 1"), EntryTable(entries: rows)])
        #expect(view.children(of: LayerPath("d")).count == 3000)
    }
}
