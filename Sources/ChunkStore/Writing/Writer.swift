internal import Logging
internal import Synchronization
internal import SystemPackage

/// The one thread that changes the index. Jobs that wait together are committed together.
final class Writer: Sendable {
    /// Callers wait when this many jobs do.
    static let queueMaximum = 256
    /// A group takes no more jobs when it has about this many rows. A row dirties up to two pages of 4 KiB, which
    /// LMDB keeps in memory until the commit.
    static let groupWeightMaximum = 8192
    /// More voided records than this stop all writes: something is wrong that trying again does not cure.
    private static let voidedMaximum = 65_536

    private struct Queue {
        var jobs: [Job] = []
        var isStopping = false
    }

    private let index: Index
    private let appender: ChunkAppender
    private let logger: Logger
    private let queue = Monitor(Queue())
    private let thread = Mutex<DedicatedThread?>(nil)
    /// Records of failed groups, which a rebuilt index must not bring back.
    private let voided = Mutex<[VoidRecord.Item]>([])
    private let clock: StoreClock
    private let usageInterval: UInt64

    init(
        _ index: Index, _ appender: ChunkAppender, clock: StoreClock, usageInterval: UInt64, logger: Logger
    ) throws(StoreError) {
        self.index = index
        self.appender = appender
        self.clock = clock
        self.usageInterval = usageInterval
        self.logger = logger
        try thread.withLock { thread throws(StoreError) in
            thread = try DedicatedThread { [self] in
                while let group = takeGroup() { process(group) }
            }
        }
    }

    /// Runs `body` in a write transaction and returns when it is durable.
    /// - Parameter weight: about how many rows it puts.
    func perform<R: Sendable>(
        weight: Int = 1, _ body: @escaping @Sendable (inout WriteBatch) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let slot = Slot<R>()
        let job = Job(weight: weight) { batch throws(StoreError) in
            slot.set(try body(&batch))
        }
        let isQueued: Bool = queue.wait { queue in
            if queue.isStopping { return false }
            guard queue.jobs.count < Self.queueMaximum else { return nil }
            queue.jobs.append(job)
            return true
        }
        guard isQueued else { throw .closed }
        try job.wait()
        return try slot.get()
    }

    /// How many jobs wait.
    var queueDepth: Int { queue.with { $0.jobs.count } }

    /// Finishes the jobs that wait, refuses further ones, and returns when the thread has ended.
    func stop() {
        queue.with { $0.isStopping = true }
        let running = thread.withLock { $0.take() }
        if let running { running.join() }
    }

    private func takeGroup() -> [Job]? {
        queue.wait { queue -> [Job]?? in
            if queue.jobs.isEmpty { return queue.isStopping ? .some(nil) : nil }
            var weight = 0
            let count = queue.jobs.prefix { job in
                defer { weight += job.weight }
                return weight < Self.groupWeightMaximum
            }.count
            let group = Array(queue.jobs.prefix(count))
            queue.jobs.removeFirst(count)
            return group
        }
    }
}

extension Writer {
    /// Commits `group`, or when that fails each of its jobs alone, so that one cannot fail the others.
    private func process(_ group: [Job]) {
        do throws(StoreError) {
            let outcomes = try commit(group)
            for (job, outcome) in zip(group, outcomes) { job.complete(outcome) }
        } catch {
            guard group.count > 1 else {
                for job in group { job.complete(.failure(error)) }
                return
            }
            for job in group { process([job]) }
        }
    }

    /// The durable write order. Nothing else commits rows that refer to chunk files.
    ///
    /// 1. The jobs run: each appends its records and puts its rows in the open transaction. Frames were appended
    ///    before, by the threads that brought them.
    /// 2. `fdatasync` of every chunk file with bytes that the index does not know yet, whoever appended them.
    /// 3. `fsync` of the directory when one of the files is new.
    /// 4. The transaction is committed: only now is anything visible, and all of it is durable already. It also
    ///    says how far each file is committed; what a crash leaves beyond is cut off when the store is opened.
    /// 5. The callers are answered (by `process`).
    private func commit(_ group: [Job]) throws(StoreError) -> [Result<Void, StoreError>] {
        try appender.checkHealth()
        var batch = try WriteBatch(
            try index.environment.beginWrite(), appender, now: clock.now, usageInterval: usageInterval)
        let outcomes: [Result<Void, StoreError>]
        let point: ChunkAppender.SyncPoint
        do throws(StoreError) {
            try voidRecords(&batch)
            outcomes = try run(group, &batch)
            point = appender.syncPoint()
            guard batch.hasChanges else { return outcomes }
            try appender.sync(point)
            try batch.record(point)
        } catch {
            noteVoided(batch.appended)
            throw error
        }
        let appended = batch.appended
        do throws(StoreError) {
            try batch.commit(to: index)
        } catch {
            noteVoided(appended)
            throw judged(error)
        }
        appender.didCommit(point)
        voided.withLock { $0.removeAll() }
        return outcomes
    }

    /// Runs the jobs. One that throws before it changed anything fails alone; else the whole transaction must go.
    private func run(_ group: [Job], _ batch: inout WriteBatch) throws(StoreError) -> [Result<Void, StoreError>] {
        var outcomes: [Result<Void, StoreError>] = []
        for job in group {
            let before = batch.changeCount
            do throws(StoreError) {
                try job.body(&batch)
                outcomes.append(.success(()))
            } catch {
                guard batch.changeCount == before else { throw error }
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// Writes down which records of failed groups do not count. Files are only ever committed together with this.
    private func voidRecords(_ batch: inout WriteBatch) throws(StoreError) {
        let items = voided.withLock { $0 }
        guard !items.isEmpty else { return }
        batch.didRefer(to: try batch.append(.void, project: nil) { VoidRecord(items).encode(into: &$0) })
    }

    private func noteVoided(_ items: [VoidRecord.Item]) {
        let count = voided.withLock { voided in
            voided += items
            return voided.count
        }
        if count > Self.voidedMaximum {
            appender.poison(.poisoned("too many changes failed one after the other"))
        }
    }

    /// What a failed commit means. LMDB leaves a transaction that could not be written behind without harm, but an
    /// I/O error other than a full disk is no ground to go on. It reports a write cut short by a full disk as EIO.
    private func judged(_ error: StoreError) -> StoreError {
        if error.code == .diskFull { return error }
        if let cause = error.cause as? Errno, cause == .ioError, index.isDiskNearlyFull {
            return .disk("commit to the index in", index.directory, .noSpace)
        }
        let poison = StoreError.poisoned("the index could not be committed: \(error.description)", cause: error)
        logger.critical("all writes stop", metadata: ["error": "\(poison)"])
        appender.poison(poison)
        return poison
    }
}
