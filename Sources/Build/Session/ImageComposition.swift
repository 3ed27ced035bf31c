internal import Chunking
internal import Dockerfile
internal import OCI

/// The configuration of the image that a build makes. Pure: equal steps, as the server tells of them, give equal
/// bytes, so a build that changes nothing gives the same image.
struct ImageComposition {
    let prepared: PreparedBuild
    let log: StepLog
    /// The stage that the image is.
    let target: Int
    /// The layers of the image.
    let chain: [Digest]
    /// Of an image that begins with nothing.
    let platform: Platform
    /// `SOURCE_DATE_EPOCH`: the time of the image and of its own lines of history, and the latest of others; `nil` when it
    /// is not given. Seconds since 1970.
    let epoch: Int64?

    /// One line of history before it is known which lines have a layer.
    private struct Line {
        var history: History
        /// Whether the line has a layer; `nil` when that is not known.
        var hasLayer: Bool?
        /// Whether it is more likely to have none: a WORKDIR of a directory that is there mostly changes nothing.
        var isDoubtful = false
    }

    /// The configuration.
    func configuration() -> ImageConfiguration {
        let base = prepared.bases[prepared.root(of: target)]
        var lines = lines(of: target)
        Self.settle(&lines, layerCount: chain.count)
        let history = lines.map { line in
            var history = line.history
            history.emptyLayer = line.hasLayer == true ? nil : true
            if let epoch, let time = history.created.flatMap({ Timestamp.seconds($0) }), time > epoch {
                history.created = Timestamp.text(seconds: epoch)
            }
            return history
        }
        let isOwn = !prepared.plan.stages[target].history.isEmpty
        let latest = history.compactMap { $0.created.flatMap { Timestamp.seconds($0) } }.max()
        let created = epoch.map { isOwn ? $0 : min($0, latest ?? $0) } ?? latest
        var configuration = ImageConfiguration(
            platform: base?.configuration.platform ?? platform,
            config: prepared.plan.stages[target].settings.containerSettings, diffIDs: chain, history: history,
            created: created.map { Timestamp.text(seconds: $0) } ?? base?.configuration.created)
        configuration.author = prepared.plan.stages[target].settings.author ?? base?.configuration.author
        return configuration
    }

    private func lines(of stage: Int) -> [Line] {
        var lines: [Line]
        var before: [Digest]?
        if case .stage(let base) = prepared.plan.stages[stage].base {
            lines = self.lines(of: base)
            before = result(of: base)
        } else {
            lines = baseLines(stage)
            before = prepared.bases[stage]?.chain ?? []
        }
        let fixed = epoch.map { Timestamp.text(seconds: $0) }
        var created = fixed ?? lines.last?.history.created
        let first = prepared.graph.stages[stage].lowerBound
        for planned in prepared.plan.stages[stage].history {
            guard let position = planned.step else {
                lines.append(
                    Line(history: History(createdBy: planned.createdBy, created: created), hasLayer: false))
                continue
            }
            let entry = log[first + position]
            created = fixed ?? entry?.created.map { Timestamp.text(seconds: $0) } ?? created
            var hasLayer: Bool?
            if let before, let after = entry?.chain { hasLayer = after.count > before.count }
            before = entry?.chain
            lines.append(
                Line(
                    history: History(createdBy: planned.createdBy, created: created), hasLayer: hasLayer,
                    isDoubtful: prepared.graph.nodes[first + position].step.operation.kind == "workdir"))
        }
        return lines
    }

    /// The lines of a base image; one that tells less than it has layers gets lines without text.
    private func baseLines(_ stage: Int) -> [Line] {
        guard let base = prepared.bases[stage] else { return [] }
        let told = base.configuration.history ?? []
        var lines = told.map { Line(history: $0, hasLayer: $0.emptyLayer != true) }
        let toldCount = lines.count { $0.hasLayer == true }
        for _ in 0..<max(0, base.chain.count - toldCount) {
            lines.append(
                Line(history: History(createdBy: "", created: base.configuration.created), hasLayer: true))
        }
        return lines
    }

    private func result(of stage: Int) -> [Digest]? {
        if let last = prepared.graph.stages[stage].last { return log[last]?.chain }
        if case .stage(let base) = prepared.plan.stages[stage].base { return result(of: base) }
        return prepared.bases[stage]?.chain ?? []
    }

    /// As many lines must have a layer as there are layers (image-spec, config.md). Those of which it is not known
    /// share what is left, the first ones and the doubtful ones having none.
    private static func settle(_ lines: inout [Line], layerCount: Int) {
        var missing = layerCount - lines.count { $0.hasLayer == true }
        let unknown = lines.indices.reversed().filter { lines[$0].hasLayer == nil }
        for index in unknown.filter({ !lines[$0].isDoubtful }) + unknown.filter({ lines[$0].isDoubtful }) {
            lines[index].hasLayer = missing > 0
            missing -= missing > 0 ? 1 : 0
        }
        // Layers of steps that were taken over as a whole from another build: what stands last made them.
        while missing > 0 {
            lines.append(Line(history: History(createdBy: ""), hasLayer: true))
            missing -= 1
        }
        for index in lines.indices.reversed() where missing < 0 && lines[index].hasLayer == true {
            lines[index].hasLayer = false
            missing += 1
        }
    }
}
