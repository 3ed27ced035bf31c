import TestSupport
import Testing

@testable import Chunking

/// The merged view done the slow way: one flat dictionary of paths, searched whole for everything.
private struct NaiveView {
    struct Row: Equatable {
        var entry: Entry
        var layer: Int
        var placed: Int
    }

    var rows: [[String]: Row] = [:]

    /// Where `path` leads; `nil` for a loop. What does not exist is taken as written.
    func follow(_ path: [String], last: Bool, links: Int = 0, of layer: Int? = nil) -> [String]? {
        var done: [String] = []
        for (index, name) in path.enumerated() {
            if name == ".." {
                done = Array(done.dropLast())
                continue
            }
            let here = done + [name]
            guard let row = rows[here], row.entry.kind == .symlink, row.placed == layer ?? row.placed,
                last || index + 1 < path.count
            else {
                done = here
                continue
            }
            guard links < 40 else { return nil }
            let text = String(decoding: row.entry.linkTarget, as: UTF8.self)
            let target = text.split(separator: "/").map(String.init)
            let start = text.hasPrefix("/") ? [] : done
            return follow(start + target + path[(index + 1)...], last: last, links: links + 1, of: layer)
        }
        return done
    }

    func isWithin(_ path: [String], _ top: [String]) -> Bool { path.starts(with: top) && path.count > top.count }

    mutating func makeDirectory(_ path: [String], layer: Int) {
        for count in stride(from: 1, through: path.count, by: 1) {
            let here = Array(path.prefix(count))
            if let row = rows[here], row.entry.kind == .directory { continue }
            rows[here] = Row(
                entry: Entry(path: LayerPath(here.joined(separator: "/")), kind: .directory, mode: 0o755), layer: layer,
                placed: layer)
        }
    }

    mutating func removeLower(_ top: [String], layer: Int, itself: Bool) {
        for path in rows.keys where isWithin(path, top) || (itself && path == top) {
            if let row = rows[path], row.placed < layer { rows[path] = nil }
        }
        // What is left of this layer stands in directories.
        for path in rows.keys { makeDirectory(Array(path.dropLast()), layer: layer) }
    }

    mutating func apply(_ table: EntryTable, layer: Int) {
        for entry in table.entries {
            let path = entry.path.components.map { String(decoding: $0, as: UTF8.self) }
            guard let name = path.last, let parent = follow(Array(path.dropLast()), last: true, of: layer)
            else { continue }
            makeDirectory(parent, layer: layer)
            if name == ".wh..wh..opq" {
                removeLower(parent, layer: layer, itself: false)
            } else if name.hasPrefix(".wh.") {
                removeLower(parent + [String(name.dropFirst(4))], layer: layer, itself: true)
            } else {
                place(entry, parent + [name], layer: layer)
            }
        }
    }

    private mutating func place(_ original: Entry, _ path: [String], layer: Int) {
        var row = Row(entry: original, layer: layer, placed: layer)
        if original.kind == .hardlink {
            let target = LayerPath(original.linkTarget).components.map { String(decoding: $0, as: UTF8.self) }
            if let actual = follow(target, last: false), let linked = rows[actual], linked.entry.kind != .directory {
                row = Row(entry: linked.entry, layer: linked.layer, placed: layer)
            }
        }
        row.entry.path = LayerPath(path.joined(separator: "/"))
        let bothDirectories = original.kind == .directory && rows[path]?.entry.kind == .directory
        if !bothDirectories {
            for below in rows.keys where isWithin(below, path) { rows[below] = nil }
        }
        rows[path] = row
    }
}

@Suite("Chain view against a naive model")
struct ChainModelTests {
    private func randomPath(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...3, using: &generator))
            .map { _ in ["a", "b", "c"].randomElement(using: &generator) ?? "a" }
            .joined(separator: "/")
    }

    private func randomLayer(_ generator: inout SeededGenerator) -> EntryTable {
        let entries = (0..<Int.random(in: 1...8, using: &generator)).map { _ -> Entry in
            let path = randomPath(&generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...2: return Entry(path: LayerPath(path), kind: .directory, mode: 0o700)
            case 3...5:
                return Entry(
                    path: LayerPath(path), kind: .file, mode: 0o600, content: Digest(hashing: generator.bytes(2)))
            case 6:
                let up = Bool.random(using: &generator) ? "../" : ""
                let root = Bool.random(using: &generator) ? "/" : ""
                return Entry(
                    path: LayerPath(path), kind: .symlink, mode: 0o777,
                    linkTarget: Array((root + up + randomPath(&generator)).utf8))
            case 7:
                return Entry(
                    path: LayerPath(path), kind: .hardlink, mode: 0o600,
                    linkTarget: Array(randomPath(&generator).utf8))
            case 8:
                let parts = LayerPath(path)
                return Entry(
                    path: (parts.parent ?? .root).appending(Array(".wh.".utf8) + parts.name), kind: .file, mode: 0)
            default:
                return Entry(path: LayerPath(path).appending(".wh..wh..opq".utf8), kind: .file, mode: 0)
            }
        }
        return EntryTable(entries: entries)
    }

    private static func describe(_ layers: [EntryTable]) -> [[String]] {
        layers.map { $0.entries.map { "\($0.kind) \($0.path) \(String(decoding: $0.linkTarget, as: UTF8.self))" } }
    }

    private static func describe(_ rows: [[String]: NaiveView.Row]) -> [String] {
        rows.values.map { "\($0.entry.kind) \($0.entry.path) \($0.layer) \($0.placed) \($0.entry.mode)" }.sorted()
    }

    @Test("random chains look the same", arguments: seeds)
    func equalViews(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<2000 {
            let layers = (0..<Int.random(in: 1...5, using: &generator)).map { _ in randomLayer(&generator) }
            var model = NaiveView()
            for (index, layer) in layers.enumerated() { model.apply(layer, layer: index) }
            let view = ChainView(layers: layers)
            var found: [[String]: NaiveView.Row] = [:]
            for node in view.subtree(at: .root).dropFirst() {
                let path = node.entry.path.components.map { String(decoding: $0, as: UTF8.self) }
                found[path] = .init(entry: node.entry, layer: node.layer, placed: model.rows[path]?.placed ?? -1)
            }
            let isSame = found == model.rows
            #expect(
                isSame,
                """
                round \(round): \(Self.describe(layers))
                view \(Self.describe(found))
                model \(Self.describe(model.rows))
                """)
            guard isSame else { return }
            for _ in 0..<10 {
                let path = LayerPath(randomPath(&generator))
                let node = view.node(at: path)
                #expect(node == view.subtree(at: path).first)
                if let resolved = view.resolved(path), view.node(at: resolved) != nil {
                    #expect(view.resolved(resolved) == resolved)
                }
            }
        }
    }
}
