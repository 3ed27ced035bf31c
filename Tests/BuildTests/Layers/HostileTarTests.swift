import Chunking
import SystemPackage
import Testing

@testable import Build

@Suite("No tar touches anything outside of its layer", .enabled(if: LayerTools.isRoot, "needs root"))
struct HostileTarTests {
    typealias Row = (entry: Entry, bytes: [UInt8])

    /// Unpacks `rows` beside a directory with one file and gives what is in the layer, sorted. Whether it was
    /// unpacked or not, nothing beside it has changed.
    private func unpack(_ rows: (_ outside: String) -> [Row]) async throws -> [String] {
        var listing: [String] = []
        try await LayerTools.withLayers { layers, directory in
            try ImageTools.run("mkdir '\(directory)/outside'; echo safe >'\(directory)/outside/file'")
            let before = try LayerTools.listing(directory + "/outside")
            let digest = try? LayerTools.unpack(LayerTools.tar(rows(directory + "/outside")), into: layers)
            #expect(try LayerTools.listing(directory + "/outside") == before)
            #expect(try ImageTools.run("ls '\(directory)'") == "layers\noutside\n")
            guard let digest else { return }
            let names = try ImageTools.run(
                "cd '\(layers.directory(of: digest))'; find . -mindepth 1 -printf '%P %y\\n'")
            listing = names.split(separator: "\n").map(String.init).sorted()
        }
        return listing
    }

    @Test("Writing through a link that leads out")
    func writingThroughLinks() async throws {
        let absolute = try await unpack { outside in
            [LayerTools.link("l", to: outside), LayerTools.file("l/file", "bad")]
        }
        #expect(absolute.contains("l l"))
        #expect(absolute.contains { $0.hasSuffix("outside/file f") })
        let climbing = try await unpack { _ in
            [LayerTools.link("l", to: "../../../outside"), LayerTools.file("l/file", "bad")]
        }
        #expect(climbing == ["l l", "outside d", "outside/file f"])
    }

    @Test("Writing to a link itself replaces it")
    func replacingLinks() async throws {
        let listing = try await unpack { outside in
            [LayerTools.link("l", to: outside + "/file"), LayerTools.file("l", "bad")]
        }
        #expect(listing == ["l f"])
    }

    @Test("A directory in place of a link, and what is below it")
    func directoryForLink() async throws {
        let listing = try await unpack { outside in
            [
                LayerTools.link("l", to: outside), LayerTools.directory("l", mode: 0o777),
                LayerTools.file("l/file", "bad"),
            ]
        }
        #expect(listing == ["l d", "l/file f"])
    }

    @Test("Links that lead to each other end")
    func loops() async throws {
        let listing = try await unpack { _ in
            [LayerTools.link("a", to: "b"), LayerTools.link("b", to: "a"), LayerTools.file("a/file", "bad")]
        }
        #expect(listing == [])
    }

    @Test("Hard links to what is outside")
    func hardLinks() async throws {
        for target in ["../../../outside/file", "l/file", "/outside/file"] {
            let listing = try await unpack { outside in
                [LayerTools.link("l", to: outside), LayerTools.hardLink("h", to: target), LayerTools.file("h", "bad")]
            }
            #expect(listing == [], "\(target)")
        }
    }

    @Test("A hard link to a link is the link, not what it leads to")
    func hardLinkToLink() async throws {
        let listing = try await unpack { outside in
            [LayerTools.link("l", to: outside + "/file"), LayerTools.hardLink("h", to: "l")]
        }
        #expect(listing == ["h l", "l l"])
    }

    @Test("Whiteouts and opaque marks behind links")
    func whiteouts() async throws {
        let listing = try await unpack { outside in
            [
                LayerTools.link("l", to: outside), LayerTools.file("l/.wh.file"),
                LayerTools.file("l/.wh..wh..opq"),
            ]
        }
        #expect(listing.contains { $0.hasSuffix("outside/file c") })
    }

    @Test("Whiteouts of the directory itself and the one above", arguments: [".wh.", ".wh..", ".wh...", "a/.wh..."])
    func whiteoutsOfNothing(name: String) async throws {
        let listing = try await unpack { _ in [LayerTools.file("fine"), LayerTools.file(name)] }
        #expect(listing == [])
    }

    @Test("Modes, owners and times of a link that leads out are its own")
    func attributes() async throws {
        let listing = try await unpack { outside in
            var row = LayerTools.link("l", to: outside + "/file")
            (row.entry.uid, row.entry.gid, row.entry.mode, row.entry.mtimeSeconds) = (9, 9, 0o777, 5)
            return [row]
        }
        #expect(listing == ["l l"])
    }

    @Test("Every path twice, as another kind")
    func twice() async throws {
        let kinds: [Row] = [
            LayerTools.file("p", "text"), LayerTools.directory("p"), LayerTools.link("p", to: "q"),
            LayerTools.hardLink("p", to: "q"), (Entry(path: LayerPath("p"), kind: .fifo, mode: 0o600), []),
        ]
        let letters = ["f", "d", "l", "f", "p"]
        for first in kinds.indices {
            for second in kinds.indices {
                let below = first == 1 ? [LayerTools.file("p/below")] : []
                let listing = try await unpack { _ in
                    [LayerTools.file("q")] + [kinds[first]] + below + [kinds[second]]
                }
                let kept = first == 1 && second == 1 ? ["p/below f"] : []
                #expect(listing == ["p \(letters[second])"] + kept + ["q f"], "\(first), then \(second)")
            }
        }
    }

    @Test("A hard link to itself changes nothing")
    func linkToItself() async throws {
        let listing = try await unpack { _ in [LayerTools.file("p", "text"), LayerTools.hardLink("p", to: "p")] }
        #expect(listing == ["p f"])
    }
}
