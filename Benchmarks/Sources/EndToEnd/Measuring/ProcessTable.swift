package import ChildPrograms
internal import FoundationEssentials
package import Glibc

/// All processes of the machine at one moment.
package struct ProcessTable {
    private let entries: [pid_t: ProcessEntry]

    /// Looks at them now.
    package static func now() -> ProcessTable {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let processes = names.compactMap { pid_t($0) }
        return ProcessTable(
            entries: Dictionary(processes.compactMap { id in ProcessEntry(of: id).map { (id, $0) } }) { $1 })
    }

    /// What was seen.
    package init(entries: [pid_t: ProcessEntry]) {
        self.entries = entries
    }

    /// Those of `roots` that are there, and all that descend from them.
    package func tree(of roots: Set<pid_t>) -> Set<pid_t> {
        var found = roots.intersection(entries.keys)
        var sizeBefore = -1
        while found.count > sizeBefore {
            sizeBefore = found.count
            for (id, entry) in entries where found.contains(entry.parent) { found.insert(id) }
        }
        return found
    }

    /// The time of all processors that a tree had so far, with those of it that ended and were waited for. Seconds.
    package func processorSeconds(of roots: Set<pid_t>) -> Double {
        tree(of: roots).reduce(0) { sum, id in
            sum + (entries[id].map { $0.ownSeconds + $0.waitedForSeconds } ?? 0)
        }
    }
}
