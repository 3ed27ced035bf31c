/// Runners of which each builds one thing at a time: a heap of the moments at which they are free.
package struct RunnerPool {
    private var free: [Double]

    package init(count: Int) {
        free = [Double](repeating: 0, count: max(1, count))
    }

    /// The moment at which the next runner can begin with what arrives at `arrival`; it is busy for `seconds` then. O(log n).
    package mutating func begin(at arrival: Double, for seconds: Double) -> Double {
        let start = max(arrival, free[0])
        free[0] = start + seconds
        sink()
        return start
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < free.count && free[child] < free[least] {
                least = child
            }
            guard least != place else { return }
            free.swapAt(place, least)
            place = least
        }
    }
}
