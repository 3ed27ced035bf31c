/// A day of builds.
package struct DaySettings: Sendable {
    /// How many builds there are.
    package var builds = 100_000
    /// How many run at a time, at most.
    package var runners = 1_000
    /// For how many days what was built is kept.
    package var days = 7.0
    /// The machine.
    package var machine = MachineSize()
    /// Decides what is drawn.
    package var seed: UInt64 = 1

    package init() {}

    /// How much of a day's builds begin in each hour from midnight on, as where most people work in one time zone.
    package static let hours: [Double] = [
        2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 9, 8, 9, 10, 9, 8, 6, 4, 3, 3, 2, 2, 2,
    ]

    /// What a build takes on its runner beside its steps. Seconds.
    package static let startSeconds = 2.0
    /// How fast a runner sends and receives. Bytes a second.
    package static let runnerRate = 100e6
}
