import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// Every command of the guides is executed, and prints what they say.
@Suite("The guides say what is so")
struct GuideTests {
    private static let directory = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().appending("Sources/larder/larder.docc/Guides")

    private static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).filter { $0.hasSuffix(".md") }.sorted()
    }

    private static func guide(_ name: String) throws -> Guide {
        let data = try #require(FileManager.default.contents(atPath: directory.appending(name).string))
        return try Guide(name: name, String(decoding: data, as: UTF8.self))
    }

    /// Whether a line of output is one that a guide shows, where `…` stands for anything.
    static func fits(_ line: Substring, _ shown: String) -> Bool {
        let parts = shown.split(separator: "…", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, line.hasPrefix(first) else { return false }
        if parts.count == 1 { return line == shown }
        var rest = line.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    @Test("Commands", .enabled(if: TinyImage.obstacle == nil, "commands in containers need root, busybox and runc"))
    func commands() async throws {
        for name in try Self.names() {
            let guide = try Self.guide(name)
            try await withTemporaryDirectory { directory in
                _ = try await TinyImage.tar(in: directory)
                for outcome in try await GuideRun(guide: guide, directory: directory).run() {
                    let place = "\(name):\(outcome.line)"
                    #expect(outcome.status != nil, "\(place) was not reached")
                    #expect((outcome.status != 0) == outcome.mustFail, "\(place):\n\(outcome.output)")
                    var lines = outcome.output.split(separator: "\n")[...]
                    for shown in outcome.prints {
                        let position = lines.firstIndex { Self.fits($0, shown) }
                        #expect(
                            position != nil,
                            "\(place) does not print, or not in this order: \(shown)\n\(outcome.output)")
                        if let position { lines = lines[(position + 1)...] }
                    }
                }
            }
        }
    }

    @Test("A guide is read as it is meant")
    func reading() throws {
        let text = """
            <!-- test: base a:1 -->
            ```sh
            one
            two
            ```
            ```text
            out…
            ```
            <!-- test: fails -->
            ```sh
            three
            ```
            ```json
            {}
            ```
            """
        #expect(
            try Guide(name: "a", text).steps == [
                .preparation(.base("a:1")), .commands("one\ntwo", line: 2, mustFail: false, prints: ["out…"]),
                .commands("three", line: 10, mustFail: true, prints: []),
            ])
        #expect(throws: GuideError.self) { try Guide(name: "a", "```sh\none\n") }
        #expect(throws: GuideError.self) { try Guide(name: "a", "```text\none\n```\n") }
    }

    @Test(
        "Lines that are shown in part",
        arguments: [
            ("#1 DONE 0.1s", "#… DONE …", true), ("#1 DONE", "#1 DONE", true), ("#1 DONE x", "#1 DONE", false),
            ("abc", "…b…", true), ("abc", "…d…", false), ("abc", "a…c", true), ("abc", "b…", false), ("a", "…", true),
        ])
    func parts(line: String, shown: String, fits: Bool) {
        #expect(Self.fits(line[...], shown) == fits)
    }
}
