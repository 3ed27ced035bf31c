import Synchronization
import Testing

@testable import ChunkStore

@Suite struct StageTests {
    private final class Log: Sendable {
        let taken = Mutex<[Int]>([])
        let handedOver = Atomic(0)
        let longestWait = Atomic(0)
    }

    @Test("takes items in order, on a thread or at once", arguments: [false, true])
    func order(hasThread: Bool) throws {
        let log = Log()
        let stage = Stage<Int>(byteMaximum: 8) { item in log.taken.withLock { $0.append(item) } }
        if hasThread { try stage.startThreads() }
        for item in 0..<1000 { try stage.put(item, byteCount: 1) }
        try stage.finish()
        #expect(log.taken.withLock { $0 } == Array(0..<1000))
        // Afterwards, what comes is taken at once.
        try stage.put(1000, byteCount: 1)
        #expect(log.taken.withLock { $0.last } == 1000)
    }

    @Test("with several threads each item is taken once, and all are when it has finished")
    func severalThreads() throws {
        let log = Log()
        let stage = Stage<Int>(byteMaximum: 8, threadCount: 3) { item in log.taken.withLock { $0.append(item) } }
        try stage.startThreads()
        for item in 0..<1000 { try stage.put(item, byteCount: 1) }
        try stage.finish()
        #expect(log.taken.withLock { $0.sorted() } == Array(0..<1000))
    }

    @Test("no more bytes wait than it is told, and one item")
    func bound() throws {
        let log = Log()
        let stage = Stage<Int>(byteMaximum: 10) { item in
            let waiting = log.handedOver.load(ordering: .sequentiallyConsistent) - item
            log.longestWait.max(waiting, ordering: .sequentiallyConsistent)
        }
        try stage.startThreads()
        for item in 0..<2000 {
            try stage.put(item, byteCount: 5)
            log.handedOver.add(1, ordering: .sequentiallyConsistent)
        }
        try stage.finish()
        #expect(log.longestWait.load(ordering: .sequentiallyConsistent) <= 3)
    }

    @Test("after a failure nothing more is taken, and every call says why")
    func failure() throws {
        let log = Log()
        let stage = Stage<Int>(byteMaximum: 100) { item throws(StoreError) in
            if item == 5 { throw StoreError(.io, "five") }
            log.taken.withLock { $0.append(item) }
        }
        try stage.startThreads()
        let code = errorCode {
            // More than can wait: one of them must be told.
            for item in 0..<1000 { try stage.put(item, byteCount: 1) }
        }
        #expect(code == .io)
        #expect(errorCode { try stage.put(1, byteCount: 1) } == .io)
        #expect(errorCode { try stage.finish() } == .io)
        #expect(log.taken.withLock { $0 } == Array(0..<5))
    }

    @Test("its thread has ended when it is gone")
    func dropped() throws {
        weak var witness: Log?
        do {
            let log = Log()
            let stage = Stage<Int>(byteMaximum: 1000) { item in log.taken.withLock { $0.append(item) } }
            try stage.startThreads()
            for item in 0..<100 { try stage.put(item, byteCount: 1) }
            witness = log
        }
        // The thread held the last reference.
        #expect(witness == nil)
    }
}
