internal import Chunking
internal import Dockerfile
internal import Networking
internal import SystemPackage

/// Has the build contexts that are elsewhere as directories of this runner, for as long as a build needs them. As in BuildKit
/// nothing of the build's own context is left out by a `.dockerignore` then.
struct FetchedContexts: Sendable {
    private let remotes: RemoteSources
    private let directory: FilePath
    private let progress: ProgressLog

    /// Lends `body` the request with directories for all of its contexts.
    /// - Throws: `invalidInput` for what cannot be had, `notPermitted` without git, `io`; what `body` throws.
    static func lend<Value>(
        _ request: BuildRequest, _ link: ServerLink, _ progress: ProgressLog,
        to body: (BuildRequest) async throws -> Value
    ) async throws -> Value {
        if request.origin == nil, request.origins.isEmpty { return try await body(request) }
        let state = try await BlockingThreads.run { try StateDirectory(request.stateDirectory) }
        let directory = state.newWorkspace()
        let remotes = RemoteSources(
            link.network, RemoteLogins(secrets: request.secrets), in: state.newWorkspace())
        let contexts = FetchedContexts(remotes: remotes, directory: directory, progress: progress)
        let result: Result<Value, any Error>
        do {
            try await BlockingThreads.run { try StateFile.makeDirectory(directory) }
            result = .success(try await body(try await contexts.fetched(request)))
        } catch {
            result = .failure(error)
        }
        await remotes.remove()
        await Task.detached { try? await BlockingThreads.run { try TreeWalk.remove(directory) } }.value
        return try result.get()
    }

    private func fetched(_ request: BuildRequest) async throws -> BuildRequest {
        var request = request
        for (name, origin) in request.origins.sorted(by: { $0.key < $1.key }) {
            let context = try await progress.run("fetch the build context \(name), \(origin.description)") { _ in
                try await fetch(origin, keepsGit: false)
            }
            request.contexts[name] = context.directory
        }
        guard let origin = request.origin else { return request }
        let keepsGit = ["1", "true"].contains(request.options.buildArguments["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] ?? "")
        let context = try await progress.run("fetch the build context \(origin.description)") { _ in
            try await fetch(origin, keepsGit: keepsGit)
        }
        request.context = context.directory
        request.appliesIgnoreRules = false
        // A path from the root is one of this machine, as for buildx.
        if let file = request.dockerfile, file.isAbsolute, context.dockerfile == nil { return request }
        let written = request.dockerfile ?? "Dockerfile"
        request.dockerfileName = written.string
        request.dockerfile = try await BlockingThreads.run {
            try context.dockerfile ?? Self.file(written, in: context.directory)
        }
        return request
    }

    /// A file of a context that others made: nothing leads out of it.
    private static func file(_ path: FilePath, in context: FilePath) throws -> FilePath {
        var tree = ContextTree(root: context, rules: .none)
        let found = try tree.resolve(LayerPath(path.string))
        let other = found == nil && path.lastComponent == "Dockerfile" ? path.removingLastComponent() : nil
        let lowercase = try other.flatMap { try tree.resolve(LayerPath($0.appending("dockerfile").string)) }
        guard let file = (found ?? lowercase), file.entry.kind == .file else {
            throw BuildError(
                .invalidInput, "There is no \(path) in the build context: name the Dockerfile with --file.")
        }
        return file.file
    }

    // MARK: Fetching

    /// A context that is here.
    private struct Context: Sendable {
        var directory: FilePath
        /// The Dockerfile, where that is all there is.
        var dockerfile: FilePath?
    }

    private func fetch(_ origin: ContextOrigin, keepsGit: Bool) async throws -> Context {
        switch origin {
        case .repository(let repository):
            return Context(directory: try await remotes.directory(of: repository, keepsGit: keepsGit))
        case .download(let file):
            return try await context(of: try await remotes.file(of: file), named: "context", origin)
        case .standardInput:
            let file = directory.appending("input")
            try await BlockingThreads.run { try Self.copyInput(to: file) }
            return try await context(of: file, named: nil, origin)
        }
    }

    /// - Parameter name: what a file that is no archive is called in the context; `nil` when it is not in it.
    private func context(of file: FilePath, named name: String?, _ origin: ContextOrigin) async throws -> Context {
        let place = directory.appending("context-\(origin.hashValue)")
        return try await BlockingThreads.run {
            try StateFile.makeDirectory(place)
            if try ArchiveReader.isArchive(file) {
                try ArchiveReader.unpack(file, named: origin.description, into: place)
                return Context(directory: place)
            }
            guard let name else { return Context(directory: place, dockerfile: file) }
            let inside = place.appending(name)
            do throws(Errno) {
                try file.rename(to: inside)
            } catch {
                throw BuildError(.io, "The build context cannot be kept in \(place): \(error).")
            }
            return Context(directory: place, dockerfile: inside)
        }
    }

    /// Blocks until standard input ends.
    private static func copyInput(to path: FilePath) throws {
        do {
            let file = try SystemPackage.FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
            defer { try? file.close() }
            var part = [UInt8](repeating: 0, count: 256 << 10)
            while true {
                let count = try unsafe part.withUnsafeMutableBytes {
                    try unsafe SystemPackage.FileDescriptor.standardInput.read(into: $0)
                }
                if count == 0 { return }
                _ = try file.writeAll(part[..<count])
            }
        } catch {
            throw BuildError(.io, "Standard input cannot be kept as \(path): \(error).", cause: error)
        }
    }
}
