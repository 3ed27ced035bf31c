import ArgumentParser
import ChunkStore
import Chunking
import Logging
import SystemPackage

/// `larder-bench store history`: what each layer of a history takes in a store, before and after it is packed.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Stores layers one after the other, packs after each, and prints as CSV what each has added.")

    @Option(help: "The corpus.") var corpus: String
    @Option(help: "A directory that does not exist yet.") var root: String
    @Option(help: "Only the layers of these repositories; several with commas; default all.")
    var repositories: String?
    @Option(help: "The zstd level of packing.") var level = PackSettings().level

    func run() throws {
        let layers = try CorpusLayer.all(in: FilePath(corpus), of: repositories)
        var options = Store.Options()
        options.leasePeriod = 0
        let store = try Store(opening: FilePath(root), options: options, logger: Logger(label: "larder-bench"))
        let project = try store.makeProject(named: "bench")
        Output.line("layer,layer_bytes,new_raw,fresh_bytes,packed_bytes,delta_frames,delta_raw,delta_bytes")
        var last: [String: Digest] = [:]
        for layer in layers {
            try take(layer, after: last[layer.repository], into: store, project)
            last[layer.repository] = layer.digest
        }
        store.close()
    }

    private func take(
        _ layer: CorpusLayer, after predecessor: Digest?, into store: Store, _ project: ProjectID
    ) throws {
        let before = try store.statistics()
        let file = try MappedFile(layer.path)
        var writer = store.beginBlob(in: project)
        try file.forEachPart { part throws(StoreError) in try writer.write(part) }
        _ = try writer.commit(expecting: layer.digest)
        // Without a record that refers to it, it would be collected.
        _ = try store.put(
            [], in: .manifest, key: Array(layer.name.utf8), project: project, references: [.blob(layer.digest)])
        if let predecessor { try store.notePredecessors([predecessor], of: layer.digest, in: project) }
        let fresh = try store.statistics()
        var settings = PackSettings()
        settings.level = level
        while try !store.pack(settings).isComplete {}
        let packed = try store.statistics()
        let fields: [UInt64] = [
            UInt64(file.byteCount), fresh.uniqueBytes - before.uniqueBytes, fresh.liveBytes - before.liveBytes,
            packed.liveBytes - min(packed.liveBytes, before.liveBytes), packed.deltaFrames - before.deltaFrames,
            packed.deltaRawBytes - before.deltaRawBytes, packed.deltaBytes - before.deltaBytes,
        ]
        Output.line(([layer.name] + fields.map(String.init)).joined(separator: ","))
    }
}
