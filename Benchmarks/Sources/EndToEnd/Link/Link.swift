import ChildPrograms
internal import Glibc

/// What is between runners and servers while a network is measured.
package final class Link {
    /// Where servers listen.
    let serverAddress: String
    /// What runners' packets leave by.
    package let interface: String
    /// The namespace that servers are in; `nil` for this one.
    let namespace: NetworkNamespace?
    private var relay: DelayRelay?

    /// - Parameter cleanUp: what takes it away again.
    package init(_ network: Network, number: Int, cleanUp: CleanUp) throws {
        guard let shape = network.shape else {
            serverAddress = "127.0.0.1"
            interface = "lo"
            namespace = nil
            return
        }
        let plan = LinkPlan(shape: shape, number: number)
        serverAddress = plan.serverAddress
        interface = plan.runnerInterface
        namespace = NetworkNamespace(name: plan.namespace)
        cleanUp.add(["ip", "netns", "delete", plan.namespace])
        _ = try ChildProgram.output(plan.namespaceCommand)
        if plan.hasTunnels {
            relay = DelayRelay(
                try Tunnel(named: plan.runnerInterface), try Tunnel(named: plan.serverInterface),
                microseconds: shape.roundTrip / 2)
        } else {
            cleanUp.add(["ip", "link", "delete", plan.runnerInterface])
            _ = try ChildProgram.output(plan.pairCommand)
        }
        for command in plan.commands { _ = try ChildProgram.output(command) }
        relay?.start()
    }

    /// Makes sockets where servers are.
    func inServerNamespace(_ body: () throws -> StreamSocket) throws -> StreamSocket {
        guard let namespace else { return try body() }
        return try namespace.run(body)
    }

    /// Stops what runs for it.
    package func close() {
        relay?.stop()
        relay = nil
    }
}
