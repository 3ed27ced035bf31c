import FoundationEssentials
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("The queue of events")
struct WebhookQueueTests {
    private func entry(_ text: String, _ webhooks: [String] = ["a"]) -> EventQueue.Entry {
        EventQueue.Entry(id: "evt_\(text)", type: "tag.set", time: 1, body: Array(text.utf8), webhooks: webhooks)
    }

    private func bodies(_ queue: EventQueue, _ webhook: String) -> [String] {
        let contents = queue.contents
        return (contents.pending[webhook] ?? []).compactMap { contents.events[$0]?.body }
    }

    @Test("is the same after it was opened again, and in order")
    func reopened() async throws {
        try await withTemporaryDirectory { directory in
            let first = try EventQueue(in: directory, logger: .silent)
            first.add([entry("1", ["a", "b"]), entry("2")])
            first.add([entry("3", ["b"])])
            let number = try #require(first.next(for: "a")?.number)
            first.note([QueueRecord(.delivered, number, ["a"])])
            let second = try EventQueue(in: directory, logger: .silent)
            #expect(bodies(second, "a") == ["2"] && bodies(second, "b") == ["1", "3"])
            #expect(second.contents.records == first.contents.records)
            second.add([entry("4")])
            #expect(bodies(try EventQueue(in: directory, logger: .silent), "a") == ["2", "4"])
        }
    }

    @Test("keeps whole lines of a file that was cut off or changed anywhere")
    func damaged() async throws {
        try await withTemporaryDirectory { directory in
            let queue = try EventQueue(in: directory, logger: .silent)
            for text in ["1", "2", "3"] { queue.add([entry(text)]) }
            let path = directory.appending("webhooks.queue").string
            let whole = try Data(contentsOf: URL(filePath: path))
            for length in stride(from: 0, to: whole.count, by: 7) {
                try whole.prefix(length).write(to: URL(filePath: path))
                // The line feed itself says nothing.
                let lines = whole.prefix(length + 1).count { $0 == UInt8(ascii: "\n") }
                #expect(bodies(try EventQueue(in: directory, logger: .silent), "a").count == lines, "\(length)")
            }
            var changed = whole
            changed[whole.count / 2] ^= 1
            try changed.write(to: URL(filePath: path))
            let messages = LogMessages()
            #expect(bodies(try EventQueue(in: directory, logger: messages.logger), "a") == ["1", "3"])
            #expect(messages.all.contains { $0.hasPrefix("warning the queue of webhooks") })
        }
    }

    @Test("gives up the oldest when it is full, of events and of bytes")
    func full() async throws {
        try await withTemporaryDirectory { directory in
            let bounds = WebhookQueue.Bounds(countMaximum: 3, byteCountMaximum: 1_000, givenUpMaximum: 2)
            let queue = try EventQueue(in: directory, bounds: bounds, logger: .silent)
            let dropped = (1...6).flatMap { queue.add([entry("\($0)")]) }
            #expect(dropped.map(\.number) == [1, 2, 3] && dropped.allSatisfy { $0.reason == WebhookQueue.fullReason })
            #expect(bodies(queue, "a") == ["4", "5", "6"])
            #expect(queue.contents.givenUp["a"]?.map(\.number) == [2, 3])
            queue.add([entry(String(repeating: "x", count: 998))])
            #expect(queue.contents.byteCount <= 1_000 && bodies(queue, "a").last?.utf8.count == 998)
            let again = try EventQueue(in: directory, bounds: bounds, logger: .silent)
            #expect(again.contents.records == queue.contents.records)
        }
    }

    @Test("puts what was given up back where it was")
    func again() async throws {
        try await withTemporaryDirectory { directory in
            let queue = try EventQueue(in: directory, logger: .silent)
            queue.add([entry("1"), entry("2"), entry("3")])
            queue.note([QueueRecord(.givenUp, 1, ["a"], reason: "too old"), QueueRecord(.givenUp, 2, ["a"])])
            #expect(bodies(queue, "a") == ["3"])
            let one = try RedeliveryOrder(webhook: "a", id: "evt_2").records(in: queue.contents, at: 5)
            queue.note(one)
            #expect(bodies(queue, "a") == ["2", "3"])
            queue.note(try RedeliveryOrder(webhook: "a").records(in: queue.contents, at: 5))
            #expect(bodies(queue, "a") == ["1", "2", "3"])
            #expect(throws: (any Error).self) {
                try RedeliveryOrder(webhook: "a", id: "evt_1").records(in: queue.contents, at: 5)
            }
        }
    }

    @Test("does not grow with what was delivered")
    func compacted() async throws {
        try await withTemporaryDirectory { directory in
            let queue = try EventQueue(in: directory, logger: .silent)
            let text = String(repeating: "x", count: 20_000)
            for _ in 0..<120 {
                queue.add([entry(text)])
                queue.note([QueueRecord(.delivered, try #require(queue.next(for: "a")).number, ["a"])])
            }
            let path = directory.appending("webhooks.queue").string
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(size ?? .max < 1_200_000)
        }
    }

    @Test("of many small events for many webhooks is not written anew each time")
    func rarelyAnew() async throws {
        try await withTemporaryDirectory { directory in
            let renames = Atomic(0)
            var disk = RootDisk.system
            let rename = disk.rename
            disk.rename = { old, new in
                renames.add(1, ordering: .relaxed)
                try rename(old, new)
            }
            let queue = try EventQueue(in: directory, disk: disk, logger: .silent)
            let names = (0..<32).map { "\($0)-" + String(repeating: "x", count: 37) }
            for _ in 0..<40 { queue.add((0..<50).map { entry("\($0)", names) }) }
            #expect(queue.contents.events.count == 2_000)
            // Once at the start, and each time that it is twice as long as it was.
            #expect((2...4).contains(renames.load(ordering: .relaxed)))
        }
    }

    @Test(
        "on a disk that fails goes on, says so, and is on disk as soon as that works again",
        arguments: FailingDisk.Fault.allCases)
    func faults(_ fault: FailingDisk.Fault) async throws {
        try await withTemporaryDirectory { directory in
            let failing = FailingDisk(fault)
            let messages = LogMessages()
            let queue = try EventQueue(
                in: directory, disk: failing.disk, retryInterval: .zero, logger: messages.logger)
            queue.add([entry("1")])
            failing.isOn.store(true, ordering: .relaxed)
            #expect(queue.add([entry("2")]).isEmpty)
            #expect(bodies(queue, "a") == ["1", "2"])
            // Those that only writing anew needs are not met yet.
            let isMet = [FailingDisk.Fault.append, .tornAppend, .sync].contains(fault)
            #expect((queue.failures > 0) == isMet)
            #expect(messages.all.contains { $0.hasPrefix("error THE QUEUE OF WEBHOOKS CANNOT BE WRITTEN") } == isMet)
            failing.isOn.store(false, ordering: .relaxed)
            queue.tend()
            #expect(bodies(try EventQueue(in: directory, logger: .silent), "a") == ["1", "2"])
        }
    }

    @Test("that never was on disk is not lost while the server runs", arguments: FailingDisk.Fault.allCases)
    func faultsFromTheBeginning(_ fault: FailingDisk.Fault) async throws {
        try await withTemporaryDirectory { directory in
            let failing = FailingDisk(fault)
            failing.isOn.store(true, ordering: .relaxed)
            let queue = try EventQueue(in: directory, disk: failing.disk, retryInterval: .zero, logger: .silent)
            queue.add([entry("1")])
            #expect(bodies(queue, "a") == ["1"] && queue.failures > 0)
        }
    }
}
