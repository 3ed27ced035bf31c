import Dispatch
import Glibc
import Synchronization

/// Several clients at a time, as a server has them: what the same work costs a processor depends on how busy its neighbours are.
struct ParallelClients {
    /// Bytes of all requests and of all answers.
    struct Traffic {
        var up = 0.0
        var down = 0.0
    }

    let server: MeasuredServer
    let project: String

    /// How many there are. More than a steady rate keeps busy, so that none that is late delays the others.
    private static let count = 16

    /// Does something with each item, each once, in the order of the items as far as there are clients. Blocks.
    /// - Parameters:
    ///   - rate: how many are begun in a second; `nil` for as many as get done.
    ///   - reconnects: whether there is a connection for each item, and not one for each client.
    func forEach<Item: Sendable>(
        _ items: [Item], rate: Double? = nil, reconnects: Bool = false,
        _ body: @escaping @Sendable (_ client: inout BuildClient, _ item: Item, _ number: Int) throws -> Void
    ) throws -> Traffic {
        let group = DispatchGroup()
        let total = Mutex(Traffic())
        let failure = Mutex<(any Error)?>(nil)
        let next = Atomic<Int>(0)
        let start = ContinuousClock.now
        for _ in 0..<Self.count {
            DispatchQueue.global().async(group: group) {
                do {
                    var client = try BuildClient(server, project: project)
                    while true {
                        let number = next.add(1, ordering: .relaxed).oldValue
                        guard number < items.count else { break }
                        if let rate { Self.wait(until: start + .seconds(Double(number) / rate)) }
                        try body(&client, items[number], number)
                        guard reconnects else { continue }
                        client.add(to: total)
                        client = try BuildClient(server, project: project)
                    }
                    client.add(to: total)
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
        return total.withLock { $0 }
    }

    private static func wait(until moment: ContinuousClock.Instant) {
        let left = moment - .now
        if left > .zero { usleep(UInt32(left / .microseconds(1))) }
    }
}

extension BuildClient {
    /// Adds its traffic.
    fileprivate func add(to total: borrowing Mutex<ParallelClients.Traffic>) {
        let (up, down) = (Double(sentBytes), Double(receivedBytes))
        total.withLock { $0 = ParallelClients.Traffic(up: $0.up + up, down: $0.down + down) }
    }
}
