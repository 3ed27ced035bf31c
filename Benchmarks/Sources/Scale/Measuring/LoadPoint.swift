import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// Builds of a replayed history that a real server is asked for at a steady rate, and what that took, beside what was predicted.
package struct LoadPoint: Codable, Hashable, Sendable {
    /// Builds a second.
    package var rate: Double
    /// How many builds there were, and for how long they went on. Seconds.
    package var builds = 0
    package var seconds = 0.0
    /// Which share of the bytes of each build was sent and fetched.
    package var byteShare: Double
    /// Each with what was predicted and what was measured.
    package var processor = Pair()
    package var bytesUp = Pair()
    package var bytesDown = Pair()
    package var disk = Pair()

    /// A prediction and what was measured.
    package struct Pair: Codable, Hashable, Sendable {
        package var predicted: Double
        package var measured: Double

        package init(predicted: Double = 0, measured: Double = 0) {
            self.predicted = predicted
            self.measured = measured
        }

        /// What was measured, of what was predicted.
        package var ratio: Double { predicted > 0 ? measured / predicted : .nan }
    }

    package init(rate: Double, byteShare: Double) {
        self.rate = rate
        self.byteShare = byteShare
    }

    /// The rows of a table.
    package var rows: [String] {
        let title = "\((rate * 100).rounded() / 100) builds/s, \((byteShare * 1e5).rounded() / 1e3) % of their bytes"
        func row(_ name: String, _ pair: Pair, _ unit: Double) -> String {
            func text(_ value: Double) -> String { "\((value / unit * 100).rounded() / 100)" }
            return "| \(title) | \(name) | \(text(pair.predicted)) | \(text(pair.measured)) | "
                + "\((pair.ratio * 100).rounded() / 100) |"
        }
        return [
            row("processors, s", processor, 1), row("from the client, MB", bytesUp, 1e6),
            row("to the client, MB", bytesDown, 1e6), row("on disk, MB", disk, 1e6),
        ]
    }

    /// What is further from its prediction than `tolerance` (0.3 for 30 %).
    package func misses(beyond tolerance: Double) -> [String] {
        [("processors", processor), ("bytes up", bytesUp), ("bytes down", bytesDown), ("disk", disk)].compactMap {
            name, pair in
            guard abs(pair.ratio - 1) <= tolerance else {
                return "\(name) at \(rate) builds/s: measured \(pair.measured), predicted \(pair.predicted)"
            }
            return nil
        }
    }
}
