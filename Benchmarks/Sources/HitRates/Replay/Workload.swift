/// The jobs that a history makes: which commit is built when, on which branch, by whom, and what becomes of it.
public struct Workload: Sendable, Hashable {
    /// How commits come to the default branch.
    public enum Branches: Sendable, Hashable {
        /// Each is pushed to it.
        case trunk
        /// Each is built on a branch of its own first, and again when that was merged; so many branches are open at a time.
        case features(open: Int)

        /// Reads `trunk`, `features` or `features:3`.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            switch (parts.first, parts.count) {
            case ("trunk", 1): self = .trunk
            case ("features", 1): self = .features(open: 1)
            case ("features", 2):
                guard let open = Int(parts[1]), (1...1000).contains(open) else { return nil }
                self = .features(open: open)
            default: return nil
            }
        }
    }

    /// One build.
    package struct Job: Sendable, Hashable {
        /// The place of the build in the trace.
        let build: Int
        /// 0 for the default branch.
        let branch: Int
        /// Whether it may only read what others keep.
        let isFork: Bool
        /// Where it fails, from 0 for its first step to 1 for its last; `nil` for one that succeeds.
        package let failsAt: Double?
        /// The first of the job's repetitions (of a matrix) is 0.
        let variant: Int
    }

    /// How commits come to the default branch.
    public var branches = Branches.trunk
    /// How many of the branches are from forks, whose jobs may not write; from 0 to 1.
    public var forkRate = 0.0
    /// How many jobs fail in one of their RUN steps; each is followed by one of the same commit that does not. From 0 to 1.
    public var failureRate = 0.0
    /// How many jobs run at the same time, each on an empty runner.
    public var runners = 1
    /// How many jobs of a commit build the same image, as those of a test matrix do.
    public var matrix = 1
    /// Decides what is drawn.
    public var seed: UInt64 = 1

    /// Makes the simplest one.
    public init() {}

    /// The jobs in groups that run at the same time.
    package func slots(builds count: Int) -> [[Job]] {
        var jobs: [[Job]] = []
        switch branches {
        case .trunk:
            for build in 0..<count { jobs += attempts(build, branch: 0) }
        case .features(let open):
            for first in stride(from: 0, to: count, by: open) {
                let group = first..<min(first + open, count)
                for build in group { jobs += attempts(build, branch: build + 1) }
                for build in group { jobs += attempts(build, branch: 0) }
            }
        }
        return slots(of: jobs)
    }

    /// The jobs of one push: perhaps one that fails before the one that does not.
    private func attempts(_ build: Int, branch: Int) -> [[Job]] {
        let isFork = branch != 0 && draw("fork", build, 0) < forkRate
        var attempts: [[Job]] = []
        if draw("fails", build, branch) < failureRate {
            attempts.append([
                Job(
                    build: build, branch: branch, isFork: isFork, failsAt: draw("where", build, branch), variant: 0)
            ])
        }
        attempts.append(
            (0..<matrix).map { Job(build: build, branch: branch, isFork: isFork, failsAt: nil, variant: $0) })
        return attempts
    }

    /// Jobs run at the same time as far as there are runners; what repeats a failed job waits for that, and the default branch
    /// for the branch that is merged.
    private func slots(of pushes: [[Job]]) -> [[Job]] {
        var slots: [[Job]] = []
        for job in pushes.joined() {
            let fits = slots.last.map { slot in
                slot.count < runners
                    && !slot.contains { $0.build == job.build && ($0.failsAt != nil || $0.branch != job.branch) }
            }
            if fits != true { slots.append([]) }
            slots[slots.count - 1].append(job)
        }
        return slots
    }

    private func draw(_ what: String, _ build: Int, _ branch: Int) -> Double {
        let id = TraceID(what, [TraceID(seed), TraceID(UInt64(build)), TraceID(UInt64(branch))])
        return Double(id.value >> 11) * 0x1p-53
    }
}
