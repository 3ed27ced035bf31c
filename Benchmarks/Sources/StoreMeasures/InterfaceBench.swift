import ChunkStore
import Chunking
import Glibc
import Synchronization

/// One repetition of `larder-bench store api`, on a store that is new.
final class InterfaceBench: Sendable {
    let store: Store
    let project: ProjectID
    let layers: [CorpusLayer]
    let repetition: Int
    /// Whether reading is measured once more after all is packed.
    let packs: Bool

    /// What collections made the store shorter by.
    private let freed = Atomic<UInt64>(0)

    private static let busySeconds = 15

    init(store: Store, project: ProjectID, layers: [CorpusLayer], repetition: Int, packs: Bool) {
        self.store = store
        self.project = project
        self.layers = layers
        self.repetition = repetition
        self.packs = packs
    }

    /// Stores the layers twice.
    func ingest() throws {
        try report("ingest-new") { _, file in try ingest(file) }
        try report("ingest-known") { _, file in try ingest(file) }
    }

    /// Reads the layers, and asks for chunks.
    func readAndAsk() throws {
        try report("read") { layer, _ in try read(layer) }
        if packs {
            _ = try store.pack()
            try report("read-packed") { layer, _ in try read(layer) }
        }
        let digests = layers.map(\.digest)
        // What no record refers to is collected while the questions are asked.
        _ = try store.put(
            [], in: .manifest, key: Array("sample".utf8), project: project, references: digests.map(Reference.blob))
        let questions = try Questions(about: digests, of: project, in: store)
        report("idle", try questions.ask(for: .seconds(2)))
        let variants = IngestLoad(store: store, project: project, layers: layers)
        let load = Load { number in try variants.ingestVariant(number) }
        let collection = Load { [self] _ in
            freed.add(try store.collect().freedBytes, ordering: .relaxed)
            usleep(100_000)
        }
        let busy = Result { try questions.ask(for: .seconds(Self.busySeconds), pausing: 10_000) }
        row("busy-ingested", Double(try load.stop()), "layers")
        row("busy-collections", Double(try collection.stop()), "times")
        row("busy-freed", Double(freed.load(ordering: .relaxed)) / 1e6, "MB")
        report("busy", try busy.get())
    }

    private func report(_ state: String, _ samples: Samples) {
        row("exists-1000-\(state)-median", samples.quantile(0.5), "ms")
        row("exists-1000-\(state)-p99", samples.quantile(0.99), "ms")
    }

    private func row(_ name: String, _ value: Double, _ unit: String) {
        Row(name, value, unit, repetition: repetition).print()
    }

    /// How fast `action` is done with every layer, one after the other, and how much time of all processors that takes.
    private func report(
        _ name: String, _ action: (CorpusLayer, borrowing MappedFile) throws -> Void
    ) throws {
        var bytes = 0
        var seconds = 0.0
        let before = ProcessorTime.seconds()
        for layer in layers {
            let file = try MappedFile(layer.path)
            let start = ContinuousClock.now
            try action(layer, file)
            seconds += start.duration(to: .now).seconds
            bytes += file.byteCount
        }
        row(name, Double(bytes) / 1e6 / seconds, "MB/s")
        row("\(name)-processor", (ProcessorTime.seconds() - before) / Double(bytes) * 1e9, "s/GB")
    }

    private func ingest(_ file: borrowing MappedFile) throws {
        var writer = store.beginBlob(in: project)
        try file.forEachPart { part throws(StoreError) in try writer.write(part) }
        _ = try writer.commit(expecting: nil)
    }

    private func read(_ layer: CorpusLayer) throws {
        guard var reader = try store.read(layer.digest, in: project) else {
            throw BenchError("\(layer.name) is not in the store")
        }
        var buffer: [UInt8] = []
        while try reader.read(into: &buffer, maximum: 1 << 20) > 0 { buffer.removeAll(keepingCapacity: true) }
    }
}
