import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// Every command of the guides is executed, and prints what they say; every file that they show is so; every link leads somewhere.
@Suite("The guides say what is so")
struct GuideTests {
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

    @Test(
        "Commands", .enabled(if: TinyImage.obstacle == nil, "commands in containers need root, busybox and runc"),
        arguments: GuideFiles.executed)
    func commands(page: String) async throws {
        try await run(try Guide(name: page, GuideFiles.text(of: GuideFiles.repository.pushing(FilePath(page)))))
    }

    @Test(
        "Commands of the README", .enabled(if: TinyImage.obstacle == nil, "they need root, busybox and runc"))
    func readme() async throws {
        let guide = try Guide(
            name: "README.md", GuideFiles.text(of: GuideFiles.repository.appending("README.md")))
        #expect(guide.steps.count { if case .commands = $0 { true } else { false } } >= 8)
        #expect(GuideFiles.executed.count > 12)
        try await run(guide)
    }

    private func run(_ guide: Guide) async throws {
        for case .preparation(.peers(let programs)) in guide.steps {
            for program in programs where !GuideFiles.hasPeer(program) {
                try Test.cancel("\(program) is not installed: run deploy/peers install test")
            }
        }
        try await withTemporaryDirectory { directory in
            _ = try await TinyImage.tar(in: directory)
            for outcome in try await GuideRun(guide: guide, directory: directory).run() {
                let place = "\(guide.name):\(outcome.line)"
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

    @Test("What they quote", arguments: GuideFiles.names)
    func quotations(name: String) throws {
        for case .quotation(let path, let isWhole, let text, let line) in try GuideFiles.guide(name).steps {
            let file = try GuideFiles.text(of: GuideFiles.repository.pushing(FilePath(path)))
            #expect(
                isWhole ? file == text : ("\n" + file).contains("\n" + text),
                "\(name):\(line): this is not what \(path) says")
        }
    }

    @Test("Links")
    func links() throws {
        let names = GuideFiles.names.map { String($0.dropLast(".md".count)) }
        #expect(names.count > 8)
        let root = try GuideFiles.text(of: GuideFiles.pages.appending("larder.md"))
        let readme = try GuideFiles.text(of: GuideFiles.repository.appending("README.md"))
        for name in names {
            #expect(root.contains("- <doc:\(name)>"), "larder.md does not lead to \(name)")
            #expect(readme.contains("larder.docc/Guides/\(name).md"), "README.md does not lead to \(name)")
            let guides = GuideFiles.pages.appending("Guides")
            let text = try GuideFiles.text(of: guides.appending("\(name).md"))
            // What Git hosts show, where such links lead nowhere.
            #expect(!text.contains("<doc:"), "\(name) has a link that only DocC knows")
            expectLinks(in: text, of: "\(name).md", below: guides)
        }
        expectLinks(in: readme, of: "README.md", below: GuideFiles.repository)
    }

    private func expectLinks(in text: String, of name: String, below directory: FilePath) {
        for link in text.split(separator: "](").dropFirst().compactMap({ $0.split(separator: ")").first }) {
            guard !link.hasPrefix("http"), !link.hasPrefix("#") else { continue }
            let path = directory.pushing(FilePath(String(link))).string
            #expect(FileManager.default.fileExists(atPath: path), "\(name) leads to \(link)")
        }
    }

    @Test("A guide is read as it is meant")
    func reading() throws {
        let text = """
            <!-- test: base a:1 -->
            <!-- test: peers docker crane -->
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
            <!-- test: written to "$GUIDE/gate.json" -->
            ```json
            {"a":
             1}
            ```
            <!-- test: not run, it cannot be -->
            ```shell
            helm
            ```
            <!-- test: file deploy/x -->
            ```sh
            four
            ```
            <!-- test: part of deploy/y -->
            ```yaml
            five
            ```
            """
        #expect(
            try Guide(name: "a", text).steps == [
                .preparation(.base("a:1")), .preparation(.peers(["docker", "crane"])),
                .commands("one\ntwo", line: 3, mustFail: false, prints: ["out…"]),
                .commands("three", line: 11, mustFail: true, prints: []),
                .preparation(.command("cat >\"$GUIDE/gate.json\" <<'END OF BLOCK'\n{\"a\":\n 1}\nEND OF BLOCK")),
                .quotation(of: "deploy/x", isWhole: true, text: "four\n", line: 27),
                .quotation(of: "deploy/y", isWhole: false, text: "five\n", line: 31),
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
