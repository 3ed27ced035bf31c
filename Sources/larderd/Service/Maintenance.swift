import ChunkStore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Evicts, collects and compacts every so often, and packs what has come in while nobody is being served. On a thread of
/// its own.
struct Maintenance: Service {
    /// Packing begins when nobody was served for so long.
    private static let idleTime = Duration.seconds(2)
    /// Packing does not wait for idle times any longer than this.
    private static let patience = Duration.seconds(3600)

    let store: Store
    let settings: Settings
    let activity: Activity
    let metrics: ServerMetrics
    /// Who is told of what goes.
    let webhooks: Webhooks?
    let logger: Logger
    private let isStopping = AtomicFlag()
    /// Somebody waits for all background work, so that a scrub should make way.
    private let isWanted = AtomicFlag()
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init(
        store: Store, settings: Settings, activity: Activity, metrics: ServerMetrics, webhooks: Webhooks? = nil,
        logger: Logger
    ) {
        self.webhooks = webhooks
        self.store = store
        self.settings = settings
        self.activity = activity
        self.metrics = metrics
        self.logger = logger
    }

    /// Works until the server stops.
    func run() async throws {
        thread.start()
        await withGracefulShutdownHandler {
            await work()
        } onGracefulShutdown: {
            isStopping.set()
        }
        isStopping.set()
        try await thread.shutdownGracefully()
    }

    private func work() async {
        guard settings.maintenanceInterval > 0 else {
            try? await gracefulShutdown()
            return
        }
        var lastPacked = ContinuousClock.now
        while !isStopping.isSet {
            do {
                try await cancelWhenGracefulShutdown {
                    try await Task.sleep(for: .seconds(Int64(settings.maintenanceInterval)))
                }
            } catch {
                return
            }
            let isPatient = ContinuousClock.now - lastPacked < Self.patience
            let start = ContinuousClock.now
            do {
                let report = try await once(isPatient: isPatient)
                metrics.count(report, ContinuousClock.now - start)
                if report.packed.isComplete { lastPacked = .now }
            } catch {
                metrics.countFailure(maintenance: ContinuousClock.now - start)
                logger.error("maintenance failed; it goes on in a while", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Everything once. What packing makes useless is left for the next time.
    private func once(isPatient: Bool) async throws -> MaintenanceReport {
        let report = try await thread.runIfActive { [self] in
            var report = MaintenanceReport()
            let removals = MaintenanceReport.Removals(of: store, telling: webhooks)
            defer { removals.flush() }
            report.tags = try settings.tagUpkeep(of: store, telling: removals.byRule) { isStopping.isSet }.run()
            report.collected = try store.collect(settings.collectionPolicy(telling: removals.byPolicy)) {
                isStopping.isSet
            }
            report.packed = try store.pack(settings.packSettings) {
                isStopping.isSet || (isPatient && !activity.isIdle(for: Self.idleTime))
            }
            try scrub()
            return report
        }
        log(report)
        return report
    }

    /// Verifies a part of what is stored: for half of the time until the next round.
    private func scrub() throws(StoreError) {
        guard settings.scrubRate > 0 else { return }
        let end = ContinuousClock.now + .seconds(Int64(settings.maintenanceInterval)) / 2
        let report = try store.scrub(bytesPerSecond: 2 * settings.scrubRate) {
            isStopping.isSet || isWanted.isSet || ContinuousClock.now >= end
        }
        metrics.count(report)
        if report.damaged > 0 {
            logger.error(
                "damage was found; what needs it counts as missing until it is stored again",
                metadata: ["records.damaged": "\(report.damaged)", "bytes.verified": "\(report.bytes)"])
        }
    }

    /// All background work, to the end.
    func complete() async throws -> MaintenanceReport {
        isWanted.set()
        defer { isWanted.clear() }
        let start = ContinuousClock.now
        let report = try await thread.runIfActive { [self] in
            try MaintenanceReport(completing: store, settings: settings, telling: webhooks) { isStopping.isSet }
        }
        metrics.count(report, ContinuousClock.now - start)
        log(report)
        return report
    }

    private func log(_ report: MaintenanceReport) {
        let (collected, packed) = (report.collected, report.packed)
        if collected != CollectionReport() {
            logger.info(
                "collected",
                metadata: [
                    "records.evicted": "\(collected.evictedRecords)", "blobs.removed": "\(collected.removedBlobs)",
                    "chunks.removed": "\(collected.removedChunks)", "bytes.freed": "\(collected.freedBytes)",
                    "bytes.moved": "\(collected.movedBytes)",
                ])
        }
        if report.tags.tags > 0 {
            logger.info(
                "tags went by rule",
                metadata: ["tags.removed": "\(report.tags.tags)", "records.removed": "\(report.tags.records)"])
        }
        if packed.frames > 0 {
            logger.info(
                "packed",
                metadata: [
                    "blobs": "\(packed.blobs)", "frames": "\(packed.frames)",
                    "frames.delta": "\(packed.deltaFrames)", "bytes.raw": "\(packed.rawBytes)",
                    "bytes.packed": "\(packed.frameBytes)",
                ])
        }
    }
}
