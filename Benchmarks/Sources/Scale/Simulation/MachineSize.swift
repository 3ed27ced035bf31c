/// The machine that a server has.
package struct MachineSize: Codable, Hashable, Sendable {
    /// Processors as fast as the one that the costs were measured on.
    package var cores = 16.0
    /// Gigabits a second, in each direction.
    package var network = 10.0
    /// Terabytes.
    package var disk = 20.0

    package init() {}

    package init(cores: Double, network: Double, disk: Double) {
        self.cores = cores
        self.network = network
        self.disk = disk
    }

    /// How full each may get.
    package static let share = 0.8
}
