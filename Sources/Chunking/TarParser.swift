/// Tells the bytes of a tar's regular files from all others, and gathers its entries. Pure: it is given bytes and
/// says what they are.
///
/// Whatever is not understood is headers. What makes an entry table unreliable (sparse files, unknown types,
/// damaged or contradicting headers, limits exceeded) makes ``entries`` `nil` for good.
struct TarParser: Sendable {
    /// What the parser says of the bytes it was given.
    struct Step {
        let stream: Recipe.Stream
        /// How many of the bytes this is about, at least 1.
        let count: Int
        var event = Event.none
    }

    /// What happens behind the bytes of a step.
    enum Event {
        case none
        /// A regular file of so many bytes begins; of 0 bytes, it also ends.
        case fileBegins(UInt64)
        case fileEnds
    }

    private enum Phase {
        case header
        /// In the body of an 'x', 'g', 'L' or 'K' header.
        case metadata(type: UInt8, left: UInt64, padding: UInt64)
        case file(left: UInt64, padding: UInt64)
        /// In padding, or in content that is not understood.
        case skipped(left: UInt64)
        /// In the blocks of an old GNU sparse map, which stand between the header and the content.
        case sparseMap(content: UInt64)
        /// Behind two blocks of zeros.
        case ended
        /// The rest is not a tar.
        case lost
    }

    private var phase = Phase.header
    private var block: [UInt8] = []
    private var body: [UInt8] = []
    private var sawZeroBlock = false
    private var overrides = TarOverrides()
    private var rows = TarRows()

    /// Whether entries are still gathered, so that contents are worth hashing.
    var wantsContent: Bool { rows.isReliable }

    /// Whether a name so far climbs out of the root.
    var hasClimbingNames: Bool { rows.hasClimbingNames }

    /// Where the last row is; `nil` when there is none.
    var lastPath: LayerPath? { rows.lastPath }

    /// Takes the last row out; `nil` when there is none.
    mutating func takeRow() -> Entry? { rows.takeLast() }

    /// The rows, when the tar was understood to its end, at which it now is.
    consuming func finish() -> EntryTable? {
        // Headers that no entry follows had something to say.
        guard overrides.isEmpty else { return nil }
        switch phase {
        case .header: guard block.isEmpty else { return nil }
        case .skipped, .ended: break
        case .metadata, .file, .sparseMap, .lost: return nil
        }
        return rows.table
    }

    /// Takes all further bytes as headers and gives no entries.
    mutating func giveUp() {
        phase = .lost
        rows.discard()
    }

    /// Says what the first of `bytes` (at least one) are.
    mutating func advance(_ bytes: RawSpan) -> Step {
        let available = bytes.byteCount
        switch phase {
        case .ended, .lost:
            return Step(stream: .headers, count: available)
        case .header, .sparseMap:
            return advanceBlock(bytes)
        case .skipped(let left):
            let count = Self.smaller(available, left)
            skip(left - UInt64(count))
            return Step(stream: .headers, count: count)
        case .metadata(let type, let left, let padding):
            let count = Self.smaller(available, left)
            body.append(copying: bytes.extracting(first: count))
            phase = .metadata(type: type, left: left - UInt64(count), padding: padding)
            if left == UInt64(count) {
                overrides.apply(type: type, body: body)
                body.removeAll()
                skip(padding)
            }
            return Step(stream: .headers, count: count)
        case .file(let left, let padding):
            let count = Self.smaller(available, left)
            phase = .file(left: left - UInt64(count), padding: padding)
            guard left == UInt64(count) else { return Step(stream: .payload, count: count) }
            skip(padding)
            return Step(stream: .payload, count: count, event: .fileEnds)
        }
    }

    /// Gives the row of the file that has just ended its content, as far as it is known. The row's place in the table;
    /// `nil` when there is none.
    mutating func completeFile(content: Digest?, payloadOffset: UInt64) -> Int? {
        rows.completeFile(content: content, payloadOffset: payloadOffset)
    }

    private mutating func advanceBlock(_ bytes: RawSpan) -> Step {
        let count = min(TarHeader.byteCount - block.count, bytes.byteCount)
        block.append(copying: bytes.extracting(first: count))
        guard block.count == TarHeader.byteCount else { return Step(stream: .headers, count: count) }
        defer { block.removeAll(keepingCapacity: true) }
        if case .sparseMap(let content) = phase {
            if !TarHeader.sparseMapGoesOn(after: block) { skip(content) }
            return Step(stream: .headers, count: count)
        }
        return Step(stream: .headers, count: count, event: understand(block))
    }

    private mutating func understand(_ block: [UInt8]) -> Event {
        if block.allSatisfy({ $0 == 0 }) {
            if sawZeroBlock { phase = .ended }
            sawZeroBlock = true
            return .none
        }
        guard !sawZeroBlock, let header = TarHeader(block) else {
            giveUp()
            return .none
        }
        let padding = Self.padding(header.size)
        switch header.type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            guard header.size <= UInt64(PaxRecords.byteCountMaximum) else {
                giveUp()
                return .none
            }
            guard header.size > 0 else { return .none }
            phase = .metadata(type: header.type, left: header.size, padding: padding)
            return .none
        default:
            return begin(header)
        }
    }

    /// Begins the entry that `header` and the headers before it describe.
    private mutating func begin(_ header: TarHeader) -> Event {
        let overrides = overrides
        self.overrides = TarOverrides()
        let size = overrides.pax?.size ?? header.size
        let padding = Self.padding(size)
        switch TarContent(type: header.type) {
        case .none:
            rows.append(header, overrides, size: 0)
            return .none
        case .notUnderstood:
            rows.discard()
            skip(Self.total(size, padding))
            return .none
        case .sparse:
            rows.discard()
            let content = Self.total(size, padding)
            if header.hasMoreSparseMap { phase = .sparseMap(content: content) } else { skip(content) }
            return .none
        case .file:
            rows.append(header, overrides, size: size)
            if size > 0 { phase = .file(left: size, padding: padding) }
            return .fileBegins(size)
        }
    }

    private mutating func skip(_ count: UInt64) {
        phase = count == 0 ? .header : .skipped(left: count)
    }

    /// From `size` to the next multiple of a block.
    private static func padding(_ size: UInt64) -> UInt64 {
        (0 &- size) % UInt64(TarHeader.byteCount)
    }

    /// Sizes are below 2^63, so this cannot overflow.
    private static func total(_ size: UInt64, _ padding: UInt64) -> UInt64 {
        size + padding
    }

    private static func smaller(_ available: Int, _ left: UInt64) -> Int {
        Int(min(UInt64(available), left))
    }
}

/// What stands behind a header of some type.
private enum TarContent {
    /// Nothing, whatever the size says.
    case none
    case file
    /// Content behind an old GNU sparse map.
    case sparse
    case notUnderstood

    init(type: UInt8) {
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): self = .file
        case UInt8(ascii: "1")...UInt8(ascii: "6"): self = .none
        case UInt8(ascii: "S"): self = .sparse
        default: self = .notUnderstood
        }
    }
}
