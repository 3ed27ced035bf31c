import TestSupport

/// What of a history is on a disk for certain, and what may be.
struct SimulatedDisk {
    /// What becomes of writes that were not synced.
    enum Fate: CaseIterable {
        case kept
        case dropped
        /// One write is cut off, or lacks parts, of 512 bytes; later ones are lost.
        case tornBySectors
        /// The same with parts of 4 KiB.
        case tornByPages
        /// Any of them are there.
        case reordered
        /// Where they went there is something else.
        case garbage
    }

    private enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(length: Int)
    }

    private struct File {
        var durable: [UInt8] = []
        var changes: [Change] = []
    }

    private enum NameChange {
        case create(String, Int)
        case remove(String)
    }

    private var files: [Int: File] = [:]
    private var names: [String: Int] = [:]
    private var nameChanges: [NameChange] = []
    /// The index's file as the last commit left it.
    private(set) var index: [UInt8] = []

    /// Lets `event` have happened.
    mutating func apply(_ event: DiskHistory.Event) {
        switch event {
        case .create(let name, let file):
            files[file] = File()
            nameChanges.append(.create(name, file))
        case .write(let file, let offset, let bytes):
            files[file]?.changes.append(.write(offset: Int(offset), bytes: bytes))
        case .truncate(let file, let length): files[file]?.changes.append(.truncate(length: Int(length)))
        case .sync(let file): sync(file)
        case .remove(let name): nameChanges.append(.remove(name))
        case .syncDirectory:
            for change in nameChanges { Self.apply(change, to: &names) }
            nameChanges = []
            let used = Set(names.values)
            files = files.filter { used.contains($0.key) }
        case .commit(let pages, let count): Self.apply(pages, count, to: &index)
        case .begin, .end: break
        }
    }

    private mutating func sync(_ number: Int) {
        guard var file = files.removeValue(forKey: number) else { return }
        for change in file.changes { Self.apply(change, to: &file.durable) }
        file.changes = []
        files[number] = file
    }

    /// The index's file after the commit `event`; `nil` when it is none.
    func index(after event: DiskHistory.Event) -> [UInt8]? {
        guard case .commit(let pages, let count) = event else { return nil }
        var next = index
        Self.apply(pages, count, to: &next)
        return next
    }

    /// A state in which a crash may leave the chunk files.
    func image(_ fate: Fate, _ random: inout SeededGenerator) -> [String: [UInt8]] {
        var image: [String: [UInt8]] = [:]
        var names = names
        for change in nameChanges where isKept(fate, &random) { Self.apply(change, to: &names) }
        for (name, number) in names.sorted(by: { $0.key < $1.key }) {
            guard let file = files[number] else { continue }
            image[name] = content(of: file, fate, &random)
        }
        return image
    }

    private func isKept(_ fate: Fate, _ random: inout SeededGenerator) -> Bool {
        switch fate {
        case .kept: true
        case .dropped: false
        default: Bool.random(using: &random)
        }
    }

    private func content(of file: File, _ fate: Fate, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = file.durable
        let last = file.changes.isEmpty ? 0 : Int.random(in: 0..<file.changes.count, using: &random)
        for (number, change) in file.changes.enumerated() {
            switch fate {
            case .kept: Self.apply(change, to: &bytes)
            case .dropped: break
            case .reordered:
                if Bool.random(using: &random) { Self.apply(change, to: &bytes) }
            case .garbage:
                guard case .write(let offset, let written) = change, Bool.random(using: &random) else { continue }
                Self.apply(.write(offset: offset, bytes: random.bytes(written.count)), to: &bytes)
            case .tornBySectors, .tornByPages:
                if number < last { Self.apply(change, to: &bytes) }
                if number == last { tear(change, by: fate == .tornBySectors ? 512 : 4096, &bytes, &random) }
            }
        }
        return bytes
    }

    /// Applies parts of `change` only.
    private func tear(_ change: Change, by unit: Int, _ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard case .write(let offset, let written) = change else {
            if Bool.random(using: &random) { Self.apply(change, to: &bytes) }
            return
        }
        let isPrefix = Bool.random(using: &random)
        let end = offset + written.count
        let cut = Int.random(in: offset...end, using: &random)
        var start = offset
        while start < end {
            let next = min(end, (start / unit + 1) * unit)
            let isThere = isPrefix ? next <= cut : Bool.random(using: &random)
            if isThere {
                Self.apply(.write(offset: start, bytes: Array(written[(start - offset)..<(next - offset)])), to: &bytes)
            }
            start = next
        }
    }
}

extension SimulatedDisk {
    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .write(let offset, let written):
            if bytes.count < offset + written.count {
                bytes += [UInt8](repeating: 0, count: offset + written.count - bytes.count)
            }
            bytes.replaceSubrange(offset..<(offset + written.count), with: written)
        case .truncate(let length):
            if bytes.count > length { bytes.removeLast(bytes.count - length) }
            if bytes.count < length { bytes += [UInt8](repeating: 0, count: length - bytes.count) }
        }
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .create(let name, let file): names[name] = file
        case .remove(let name): names[name] = nil
        }
    }

    private static func apply(_ pages: [Int: [UInt8]], _ count: Int, to index: inout [UInt8]) {
        let length = count * DiskHistory.pageSize
        if index.count < length { index += [UInt8](repeating: 0, count: length - index.count) }
        for (number, page) in pages {
            let start = number * DiskHistory.pageSize
            index.replaceSubrange(start..<(start + page.count), with: page)
        }
    }
}
