import ChunkStore
import FoundationEssentials

/// What `larderd fsck` did, as people and programs read it.
enum FsckOutcome: Sendable {
    case checked(CheckReport)
    case repaired(RepairReport)
    case rebuilt(RebuildReport)

    private struct Document: Encodable {
        let clean: Bool
        var check: CheckReport?
        var repair: RepairReport?
        var rebuild: RebuildReport?
    }

    /// Whether the root is in order now.
    var isClean: Bool {
        switch self {
        case .checked(let report): report.isClean
        case .repaired(let report): report.after.isClean
        case .rebuilt(let report): report.repair?.after.isClean ?? true
        }
    }

    /// One JSON object.
    func json() throws -> String {
        var document = Document(clean: isClean)
        switch self {
        case .checked(let report): document.check = report
        case .repaired(let report): document.repair = report
        case .rebuilt(let report): document.rebuild = report
        }
        return String(decoding: try JSONEncoder.report.encode(document), as: UTF8.self)
    }

    /// Lines for people.
    var text: String {
        switch self {
        case .checked(let report): (Self.lines(report) + [Self.verdict(report)]).joined(separator: "\n")
        case .repaired(let report): Self.text(report)
        case .rebuilt(let report): Self.text(report)
        }
    }

    private static func text(_ report: RepairReport) -> String {
        var lines = lines(report.before)
        if report.before.isClean { return (lines + ["Nothing was wrong."]).joined(separator: "\n") }
        lines += Self.lines(report.losses)
        lines.append(
            "\(report.rows) rows of the index were set right, \(report.salvagedFiles) damaged chunk files replaced.")
        if !report.after.isClean { lines += ["After the repair:"] + Self.lines(report.after) }
        return (lines + [verdict(report.after)]).joined(separator: "\n")
    }

    private static func text(_ report: RebuildReport) -> String {
        var lines = [
            "Read \(report.files) chunk files (\(ByteCount.describe(report.bytes))): \(report.chunks) chunks, "
                + "\(report.blobs) blobs, \(report.smallRecords) records."
        ]
        lines += findings(report.damage) + Self.lines(report.losses)
        if let repair = report.repair, !repair.after.isClean { lines += Self.lines(repair.after) }
        return (lines + ["The index was made anew."]).joined(separator: "\n")
    }

    private static func lines(_ report: CheckReport) -> [String] {
        [
            "Read \(report.files) chunk files (\(ByteCount.describe(report.bytes))): \(report.records) records, "
                + "\(report.frames) frames. The index has \(report.chunks) chunks, \(report.blobs) blobs, "
                + "\(report.smallRecords) records."
        ] + findings(report)
    }

    private static func findings(_ report: CheckReport) -> [String] {
        Finding.Kind.allCases.flatMap { kind -> [String] in
            guard let count = report.counts[kind.rawValue] else { return [] }
            let named = report.findings.filter { $0.kind == kind }
            let rest = count > named.count ? ["  and \(count - named.count) more"] : []
            return ["\(kind.rawValue) (\(count)):"] + named.map { "  " + $0.text } + rest
        }
    }

    private static func lines(_ losses: LossReport) -> [String] {
        if losses.isEmpty { return [] }
        let summary =
            "Lost: \(losses.chunks) chunks, \(losses.blobs) blobs, \(losses.smallRecords) records. "
            + "They are misses now, and come back when they are stored again:"
        return [summary] + losses.names.map { "  " + $0 }
    }

    private static func verdict(_ report: CheckReport) -> String {
        report.isClean ? "All is right." : "\(report.counts.values.reduce(0, +)) things are wrong."
    }
}
