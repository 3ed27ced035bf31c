import Build
import Dockerfile
import FoundationEssentials
import Subprocess
import SystemPackage
import Testing

/// The example applications of the end-to-end benchmark (Benchmarks/e2e/applications): that they can be planned, and that each change
/// changes what it says.
@Suite struct ApplicationTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "e2e/applications")

    private static let names = ["cpp", "debian", "forty-steps", "go", "python"]

    /// Plans a fresh copy of an application, changed or as it is. Asks nobody.
    private func plan(_ name: String, changed scenario: String? = nil) async throws -> BuildOutline {
        let root = try Self.scratchDirectory()
        defer { try? FileManager.default.removeItem(at: root) }
        let application = Self.directory.appending(path: name)
        let copy = root.appending(path: "copy")
        try await run("/bin/cp", ["-RH", application.appending(path: "app").path, copy.path], in: root)
        if let scenario {
            try await run(application.appending(path: "changes/\(scenario)").path, [], in: copy)
        }
        var request = BuildRequest(
            context: FilePath(copy.path), stateDirectory: FilePath(root.appending(path: "state").path))
        request.dockerfile = FilePath(copy.appending(path: "Dockerfile").path)
        request.options.buildArguments = ["BASE": "debian:bookworm"]
        request.options.platform = "linux/amd64"
        request.options.buildPlatform = "linux/amd64"
        return try await Builder(server: nil, events: Silence()).outline(request)
    }

    private static func scratchDirectory() throws -> URL {
        let name = "applications-\(UInt64.random(in: 0 ... .max))"
        let directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory
    }

    private func run(_ program: String, _ arguments: [String], in directory: URL) async throws {
        let ended = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments),
            workingDirectory: FilePath(directory.path), output: .discarded, error: .string(limit: 10_000))
        try #require(ended.terminationStatus.isSuccess, "\(program): \(ended.standardError)")
    }

    private func changes(of name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: Self.directory.appending(path: "\(name)/changes").path
        ).sorted()
    }

    @Test(arguments: names) func everyChangeAppliesAndCanBePlanned(_ name: String) async throws {
        let before = try await plan(name)
        let scenarios = try changes(of: name)
        #expect(Set(scenarios).isSuperset(of: ["dependencies", "failed", "label", "one-file"]))
        for scenario in scenarios {
            let after = try await plan(name, changed: scenario)
            let texts = (before: before.texts, after: after.texts)
            switch scenario {
            case "one-file":
                #expect(texts.after == texts.before, "\(name) \(scenario)")
                #expect(zip(before.identities, after.identities).count { $0 != $1 } == 1, "\(name) \(scenario)")
            case "label":
                #expect(texts.after != texts.before)
                #expect(after.identities == before.identities, "\(name): a label is no part of any step")
            case "failed":
                #expect(after.steps.count == before.steps.count)
                let differing = zip(texts.before, texts.after).filter { $0 != $1 }
                #expect(differing.count == 1 && differing.first?.1.hasSuffix("&& false") == true, "\(name)")
            case "dependencies":
                #expect(after.identities != before.identities, "\(name)")
            case "no-run", "copy-only":
                #expect(after.steps.last?.kind == "copy" || after.steps.last?.kind == "workdir", "\(name) \(scenario)")
                #expect(after.steps.count < before.steps.count, "\(name) \(scenario)")
            default:
                Issue.record("\(name)/changes/\(scenario) is of no scenario")
            }
        }
    }

    @Test func thereAreFortySteps() async throws {
        #expect(try await plan("forty-steps").steps.count == 40)
    }

    @Test func everyApplicationIsKnownToThisTest() throws {
        let entries = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path)
        let found = entries.filter {
            FileManager.default.fileExists(atPath: Self.directory.appending(path: "\($0)/app/Dockerfile").path)
        }
        #expect(found.sorted() == Self.names)
    }

    @Test func aChangeThatChangesNothingFails() async throws {
        let root = try Self.scratchDirectory()
        defer { try? FileManager.default.removeItem(at: root) }
        let (script, text) = (root.appending(path: "change"), root.appending(path: "text"))
        try "one\n".write(toFile: text.path, atomically: false, encoding: .utf8)
        let library = Self.directory.appending(path: "change.sh").path
        for (expression, succeeds) in [("s/two/three/", false), ("s/one/two/", true)] {
            try "source '\(library)'\nchange text '\(expression)'\n"
                .write(toFile: script.path, atomically: false, encoding: .utf8)
            let ended = try await Subprocess.run(
                .path("/bin/bash"), arguments: [script.path], workingDirectory: FilePath(root.path), output: .discarded,
                error: .discarded)
            #expect(ended.terminationStatus.isSuccess == succeeds, "\(expression)")
        }
    }

    /// Nobody is told of warnings.
    private struct Silence: BuildEventSink {
        func take(_ event: BuildEvent) {}
    }
}

extension BuildOutline {
    /// All instructions, in the order of the Dockerfile.
    fileprivate var texts: [String] { stages.flatMap { $0.lines.map(\.text) } }

    /// What each step's key is made of, beside the steps below it.
    fileprivate var identities: [String] {
        steps.map { step in
            let inputs = step.inputs.map { input in
                switch input {
                case .content(let key, _): "\(key)"
                case .paths(let paths, let source): "\(paths) of \(source)"
                }
            }
            return "\(step.operation) \(inputs)"
        }
    }
}
