import ChildPrograms

/// Counts the bytes between runners and a server, as the kernel sees them: whole IP packets to and from one TCP port on one interface.
package struct WireCounter {
    /// Bytes from the server and to it.
    package struct Bytes: Equatable {
        package var down = 0
        package var up = 0

        /// So many of each.
        package init(down: Int = 0, up: Int = 0) {
            self.down = down
            self.up = up
        }
    }

    private let number: Int

    /// Adds two rules without a target, which `cleanUp` takes away.
    package init(interface: String, port: UInt16, number: Int, cleanUp: CleanUp) throws {
        self.number = number
        let rules = [
            "down": ["INPUT", "--in-interface", interface, "--protocol", "tcp", "--source-port", "\(port)"],
            "up": ["OUTPUT", "--out-interface", interface, "--protocol", "tcp", "--destination-port", "\(port)"],
        ]
        for (direction, rule) in rules {
            let chain = chain(direction)
            cleanUp.add(Self.iptables + ["--delete-chain", chain])
            cleanUp.add(Self.iptables + ["--flush", chain])
            cleanUp.add(Self.iptables + ["--delete"] + rule + ["--jump", chain])
            _ = try ChildProgram.output(Self.iptables + ["--new-chain", chain])
            _ = try ChildProgram.output(Self.iptables + ["--append", chain])
            _ = try ChildProgram.output(Self.iptables + ["--insert"] + rule + ["--jump", chain])
        }
    }

    private static let iptables = ["iptables", "--wait"]

    private func chain(_ direction: String) -> String { "larder-bench-\(number)-\(direction)" }

    /// Since the last call.
    package func next() throws -> Bytes {
        Bytes(down: try count("down"), up: try count("up"))
    }

    private func count(_ direction: String) throws -> Int {
        let listing = ["--list", chain(direction), "--verbose", "--numeric", "--exact", "--zero"]
        return Self.bytes(in: try ChildProgram.output(Self.iptables + listing))
    }

    /// The bytes of the only rule in a list of `iptables`.
    package static func bytes(in list: String) -> Int {
        let lines = list.split(separator: "\n")
        guard lines.count > 2 else { return 0 }
        return lines[2].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
