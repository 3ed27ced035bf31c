internal import Glibc
internal import SystemPackage

/// The ids that a user may use in user namespaces besides its own (subuid(5), subgid(5)).
enum SubordinateIDs {
    /// Ids that follow one another.
    struct Stretch: Hashable, Sendable {
        let first: UInt32
        let count: UInt32
    }

    /// Those that a file in the form of `/etc/subuid` gives a user, by name or number.
    static func stretches(of name: String, _ uid: UInt32, in file: [UInt8]) -> [Stretch] {
        rows(in: file).filter { $0.user == name || UInt32($0.user) == uid }.map(\.stretch)
    }

    /// Those that such a file gives anybody.
    static func all(in file: [UInt8]) -> [Stretch] { rows(in: file).map(\.stretch) }

    private static func rows(in file: [UInt8]) -> [(user: String, stretch: Stretch)] {
        String(decoding: file, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 3, let first = UInt32(fields[1]), let count = UInt32(fields[2]), count > 0,
                !first.addingReportingOverflow(count).overflow
            else { return nil }
            return (String(fields[0]), Stretch(first: first, count: count))
        }
    }

    /// The arguments by which newuidmap(1) or newgidmap(1) give a process `own` as 0 and what follows as 1, 2, ….
    static func arguments(process: Int32, own: UInt32, _ stretches: [Stretch]) -> [String] {
        var arguments = [String(process), "0", String(own), "1"]
        var next: UInt32 = 1
        for stretch in stretches {
            let (end, isTooMuch) = next.addingReportingOverflow(stretch.count)
            if isTooMuch { break }
            arguments += [String(next), String(stretch.first), String(stretch.count)]
            next = end
        }
        return arguments
    }

    /// The name of a user; `nil` when `/etc/passwd` and the like have none.
    static func name(of user: uid_t) -> String? {
        guard let row = unsafe getpwuid(user), let name = unsafe row.pointee.pw_name else { return nil }
        return unsafe String(cString: name)
    }
}
