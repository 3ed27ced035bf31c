import Chunking
import Synchronization
import SystemPackage

@testable import Build

/// A mounted root filesystem with busybox in it.
struct SmallRoot: Sendable {
    struct Result: Sendable {
        let status: Int32
        let lines: [String]
        let omitting: Set<LayerPath>
    }

    let root: RootFilesystem
    let directory: String

    /// Lends one, with `above` as a layer on top.
    static func with(
        above: [(entry: Entry, bytes: [UInt8])] = [], _ body: (SmallRoot) async throws -> Void
    ) async throws {
        try await LayerTools.withLayers { layers, directory in
            let place = directory + "/tree"
            try ImageTools.run(
                "mkdir -p '\(place)/bin' '\(place)/etc'; cp \"$(command -v busybox)\" '\(place)/bin/busybox'; "
                    + "for name in $('\(place)/bin/busybox' --list); do ln -s busybox '\(place)/bin/'$name 2>/dev/null || true; "
                    + "done; tar -C '\(place)' -cf '\(directory)/tree.tar' bin etc")
            var chain = [try LayerTools.unpack(SmallFile.read(FilePath(directory + "/tree.tar")), into: layers)]
            if !above.isEmpty { chain.append(try LayerTools.unpack(LayerTools.tar(above), into: layers)) }
            let root = try RootFilesystem(
                mounting: chain, from: layers, workspace: FilePath(directory + "/root"))
            defer { root.discard() }
            try await body(SmallRoot(root: root, directory: directory))
        }
    }

    func run(
        _ script: String, user: ResolvedUser = .root, directory: String = "/", environment: [String] = [],
        network: Bool = true, secrets: [ContainerRuntime.SecretFile] = [],
        onOutput: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Result {
        try await run(
            arguments: ["/bin/sh", "-c", script], user: user, directory: directory, environment: environment,
            network: network, secrets: secrets, onOutput: onOutput)
    }

    func run(
        arguments: [String], user: ResolvedUser = .root, directory: String = "/", environment: [String] = [],
        network: Bool = true, secrets: [ContainerRuntime.SecretFile] = [],
        onOutput: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Result {
        let request = ContainerRuntime.Request(
            arguments: arguments, environment: ["PATH=/bin"] + environment, workingDirectory: directory, user: user,
            hostNetwork: network, secretFiles: secrets)
        let collected = LineCollector()
        let (status, omitting) = try await ContainerRuntime().run(
            request, in: root, workspace: FilePath(self.directory + "/work")
        ) { line in
            collected.append(line)
            onOutput(line)
        }
        return Result(status: status, lines: collected.lines, omitting: omitting)
    }

    /// The paths in the layer of what was run.
    func layer(_ result: Result) throws -> [String] {
        let tar = try LayerTools.bytes(of: DirectoryLayer.source(of: root.upper, omitting: result.omitting))
        var paths: [String] = []
        var reader = TarReader()
        unsafe reader.update(
            tar.span.bytes, onEntry: { paths.append(String($0.path.description.dropFirst())) }, onContent: { _ in })
        return paths
    }
}

/// Keeps the lines that a process prints.
final class LineCollector: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }
    func append(_ line: String) { kept.withLock { $0.append(line) } }
}
