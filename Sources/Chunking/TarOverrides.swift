/// What the headers before an entry's own say about it: GNU long names, pax records.
struct TarOverrides: Sendable {
    private(set) var longName: [UInt8]?
    private(set) var longLink: [UInt8]?
    private(set) var pax: PaxRecords?
    /// False when programs would disagree about what is meant, so that no row can be trusted.
    private(set) var isUnderstood = true

    /// Whether no header came before.
    var isEmpty: Bool { longName == nil && longLink == nil && pax == nil && isUnderstood }

    /// The name that replaces the header's own.
    var name: [UInt8]? { longName ?? pax?.path }
    /// The link name that replaces the header's own.
    var linkName: [UInt8]? { longLink ?? pax?.linkPath }

    /// Takes the body of an 'L', 'K', 'x' or 'g' header.
    mutating func apply(type: UInt8, body: [UInt8]) {
        switch type {
        case UInt8(ascii: "L"): longName = TarHeader.text(body[...])
        case UInt8(ascii: "K"): longLink = TarHeader.text(body[...])
        case UInt8(ascii: "x"):
            // A second one replaces the first for some programs and adds to it for others.
            if pax != nil { isUnderstood = false }
            pax = PaxRecords(body)
        default:
            // Programs that unpack layers ignore global records, POSIX applies them: harmless only without effect.
            let records = PaxRecords(body)
            if records.hasEffect || !records.isUnderstood { isUnderstood = false }
        }
        if let path = pax?.path, let longName, path != longName { isUnderstood = false }
        if let linkPath = pax?.linkPath, let longLink, linkPath != longLink { isUnderstood = false }
        if pax?.isUnderstood == false { isUnderstood = false }
    }
}
