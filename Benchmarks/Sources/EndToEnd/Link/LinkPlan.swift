/// How a link of its own is set up between runners, in this network namespace, and a server in another one.
package struct LinkPlan {
    /// The rate and the delay.
    let shape: Network.Shape
    /// Tells the links of several runs from each other; 0 to 16,383.
    let number: Int

    /// - Parameters:
    ///   - shape: the rate and the delay.
    ///   - number: tells the links of several runs from each other; 0 to 16,383.
    package init(shape: Network.Shape, number: Int) {
        self.shape = shape
        self.number = number
    }

    /// The server's network namespace.
    var namespace: String { "larder-bench-\(number)" }
    /// The end of the link here.
    package var runnerInterface: String { "larder-r\(number)" }
    /// The end of the link there.
    package var serverInterface: String { "larder-s\(number)" }
    /// Addresses that are set aside for benchmarks of networks: 198.18.0.0/15, RFC 2544.
    package var serverAddress: String { address(2) }
    /// Where runners are asked from.
    var runnerAddress: String { address(1) }
    /// A delay takes a pair of tunnels, between which packets are held; without one the kernel's own pair does.
    var hasTunnels: Bool { shape.roundTrip > 0 }

    private func address(_ host: Int) -> String { "198.18.\(number / 64).\(number % 64 * 4 + host)" }

    /// Makes the namespace.
    var namespaceCommand: [String] { ["ip", "netns", "add", namespace] }

    /// Makes the link without a delay.
    var pairCommand: [String] {
        ["ip", "link", "add", runnerInterface, "type", "veth", "peer", "name", serverInterface]
    }

    /// Gives the two ends addresses, and the rate. They are there by then, both in this namespace.
    var commands: [[String]] {
        [["ip", "link", "set", serverInterface, "netns", namespace]]
            + end(runnerInterface, address: runnerAddress, in: [])
            + end(serverInterface, address: serverAddress, in: ["-netns", namespace])
            + [["ip", "-netns", namespace, "link", "set", "lo", "up"]]
    }

    private func end(_ interface: String, address: String, in namespace: [String]) -> [[String]] {
        // A token bucket of a millisecond, at least of one segment as it leaves TCP; a queue of 50 ms, as switches have.
        let burst = max(shape.bitsPerSecond / 8000, 65_536)
        return [
            ["ip"] + namespace + ["address", "add", "\(address)/30", "dev", interface],
            ["ip"] + namespace + ["link", "set", interface, "up"],
            ["tc"] + namespace + ["qdisc", "replace", "dev", interface, "root", "tbf"]
                + ["rate", "\(shape.bitsPerSecond)bit", "burst", "\(burst)b", "latency", "50ms"],
        ]
    }
}
