/// Gathers the entry table of a tar within the limits of ``EntryTable``.
struct TarRows: Sendable {
    private var entries: [Entry] = []
    private var budget = EntryTableBudget()
    /// False once something came up that no row can express, or a limit is exceeded.
    private(set) var isReliable = true
    /// Whether a row's name, or the name its hard link is to, climbs out of the root.
    private(set) var hasClimbingNames = false

    /// The table; `nil` when it would not tell the truth.
    var table: EntryTable? { isReliable ? EntryTable(entries: entries) : nil }

    /// Where the last row is; `nil` when there is none.
    var lastPath: LayerPath? { entries.last?.path }

    /// Gives up, and frees the rows.
    mutating func discard() {
        isReliable = false
        entries = []
    }

    /// Takes the last row out; `nil` when there is none.
    mutating func takeLast() -> Entry? { entries.popLast() }

    /// Adds the row of `header` as `overrides` change it; discards all when it has none.
    mutating func append(_ header: TarHeader, _ overrides: TarOverrides, size: UInt64) {
        guard isReliable else { return }
        guard overrides.isUnderstood, let entry = Self.entry(header, overrides, size: size), budget.admit(entry)
        else {
            discard()
            return
        }
        entries.append(entry)
        if Self.climbs(overrides.name ?? header.name) { hasClimbingNames = true }
        if entry.kind == .hardlink, Self.climbs(overrides.linkName ?? header.linkName) { hasClimbingNames = true }
    }

    /// Whether more components of `name` lead up than down, at any place in it.
    private static func climbs(_ name: [UInt8]) -> Bool {
        var depth = 0
        for component in name.split(separator: UInt8(ascii: "/")) where !component.elementsEqual(".".utf8) {
            depth += component.elementsEqual("..".utf8) ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }

    /// Sets what is known of the content of the last row, which is a file's. The row's place; `nil` when there is none.
    mutating func completeFile(content: Digest?, payloadOffset: UInt64) -> Int? {
        guard isReliable, let last = entries.indices.last, entries[last].kind == .file else { return nil }
        entries[last].content = content
        entries[last].payloadOffset = payloadOffset
        return last
    }

    private static func entry(_ header: TarHeader, _ overrides: TarOverrides, size: UInt64) -> Entry? {
        let name = overrides.name ?? header.name
        let pax = overrides.pax
        guard let kind = kind(header.type, name, size: size), let mode = header.mode, mode >= 0,
            let uid = (pax?.uid ?? header.uid).flatMap(UInt32.init(exactly:)),
            let gid = (pax?.gid ?? header.gid).flatMap(UInt32.init(exactly:)),
            let mtime = pax?.mtime ?? header.mtime.map({ ($0, 0) })
        else { return nil }
        let path = LayerPath(name)
        // Only a directory can stand at the root.
        if path == .root, kind != .directory { return nil }
        var entry = Entry(
            path: path, kind: kind, mode: UInt32(mode & 0o7777), uid: uid, gid: gid, size: size,
            mtimeSeconds: mtime.seconds, mtimeNanoseconds: mtime.nanoseconds)
        let linkName = overrides.linkName ?? header.linkName
        switch kind {
        case .symlink: entry.linkTarget = linkName
        case .hardlink: entry.linkTarget = LayerPath(linkName).bytes
        case .characterDevice, .blockDevice:
            guard let major = header.deviceMajor.flatMap(UInt32.init(exactly:)),
                let minor = header.deviceMinor.flatMap(UInt32.init(exactly:))
            else { return nil }
            (entry.deviceMajor, entry.deviceMinor) = (major, minor)
        case .file, .directory, .fifo: break
        }
        entry.xattrs = (pax?.attributes ?? [:])
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { Entry.ExtendedAttribute(name: $0.key, value: $0.value) }
        return entry
    }

    /// What a type is; `nil` when programs disagree. The seventh edition knew a directory by its trailing slash.
    private static func kind(_ type: UInt8, _ name: [UInt8], size: UInt64) -> Entry.Kind? {
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            guard name.last == UInt8(ascii: "/") else { return .file }
            return type == 0 && size == 0 ? .directory : nil
        case UInt8(ascii: "1"): return .hardlink
        case UInt8(ascii: "2"): return .symlink
        case UInt8(ascii: "3"): return .characterDevice
        case UInt8(ascii: "4"): return .blockDevice
        case UInt8(ascii: "5"): return .directory
        case UInt8(ascii: "6"): return .fifo
        default: return nil
        }
    }
}
