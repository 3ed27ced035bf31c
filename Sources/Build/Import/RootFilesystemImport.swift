public import CacheAPI
internal import Chunking
public import OCI
public import SystemPackage

/// Makes an image of one layer out of a root filesystem.
public struct RootFilesystemImport: Sendable {
    /// The tar of the root filesystem, plain or compressed with gzip or zstd; `nil` for standard input.
    public var archive: FilePath?
    /// The name of the image, without a host.
    public var name: ImageReference
    /// What its programs run on.
    public var platform: Platform

    /// Makes an import.
    public init(archive: FilePath?, name: ImageReference, platform: Platform) {
        self.archive = archive
        self.name = name
        self.platform = platform
    }

    /// Sends the layer to the server and has it make the image. The bytes are streamed; nothing is kept here.
    /// - Parameter events: gets one task.
    /// - Throws: `invalidInput` when the file is no tar, `corrupt` when it is damaged, `io`, `server`.
    public func run(on server: ServerConnection, events: any BuildEventSink) async throws -> AssembleAnswer {
        let archive = archive
        return try await ProgressLog(events).run("import \(archive?.string ?? "standard input") as \(name)") { task in
            let outcome = try await LayerUpload(server: server, known: KnownChunks()).run { write in
                try ArchiveStream(archive).read(write)
            }
            if let failure = outcome.failure { throw failure }
            let layer = outcome.layer
            guard let entries = layer.entries, !entries.entries.isEmpty else {
                let reason = layer.entries == nil ? "it is damaged, or of an unknown kind" : "it has no entries"
                throw BuildError(
                    .invalidInput,
                    "\(archive?.string ?? "Standard input") is not the tar of a root filesystem: \(reason).")
            }
            let size = ByteText.megabytes(Int(clamping: layer.recipe.size))
            task.status("\(size), \(ByteText.megabytes(outcome.byteCount)) sent")
            return try await server.assemble(
                AssembleRequest(names: [name.description], config: try configuration(of: layer.recipe.digest)))
        }
    }

    private func configuration(of layer: Digest) throws(BuildError) -> String {
        var settings = ContainerSettings()
        settings.environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        // Neither time nor place get in: the same tar is the same image.
        let configuration = ImageConfiguration(
            platform: platform, config: settings, diffIDs: [layer], history: [History(createdBy: "larder import")])
        do {
            return String(decoding: try JSONDocument.encode(configuration), as: UTF8.self)
        } catch {
            throw BuildError(.invalidInput, error.description, cause: error)
        }
    }
}
