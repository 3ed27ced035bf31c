internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// What became of the steps.
extension BuildSession {
    /// Notes the hits that nothing asked for, since what stands on them is a hit, too: the image and reports tell of them.
    func noteHits() {
        for index in prepared.graph.nodes.indices where log[index] == nil && lookup[index].verdict == .hit {
            log.hit(index, lookup[index])
        }
    }

    func reports() async -> [(index: Int, report: StepReport)] {
        noteHits()
        let places = ReportPlaces(
            prepared.plan, prepared.graph, prepared.graph.nodes.indices.filter { !isNeedless($0) })
        var reports: [(index: Int, report: StepReport)] = []
        for index in places.nodes {
            let node = prepared.graph.nodes[index]
            let entry = log[index]
            var byteCount = 0
            if let layer = entry?.layer { byteCount = await commits.byteCount(of: layer) }
            var report = StepReport(
                key: lookup[index].key, instruction: node.step.text,
                stage: prepared.title(of: node.id.stage), verdict: entry?.verdict ?? .skipped,
                seconds: entry?.seconds ?? 0, commandSeconds: entry?.commandSeconds ?? 0, saved: entry?.saved ?? 0,
                bytes: byteCount)
            if report.verdict == .run || report.verdict == .failed {
                report.reason = reasons[index]
                let cause = reasons.cause(of: index)
                (report.cause, report.changed) = (cause?.cause, cause?.changed ?? [])
            }
            report.line = node.step.line
            report.parent = places.parent(of: node)
            report.sources = places.sources(of: node)
            reports.append((index, report))
        }
        return reports
    }

    /// Whether the step at `index` is a WORKDIR that was there already.
    private func isNeedless(_ index: Int) -> Bool {
        guard case .workdir(_) = prepared.graph.nodes[index].step.operation, let chain = log[index]?.chain else {
            return false
        }
        return chain == self.chain(before: index)
    }

    private func chain(before index: Int) -> [Digest]? {
        switch prepared.graph.nodes[index].parent {
        case .base(let chain, _): chain
        case .step(let parent): log[parent]?.chain ?? lookup[parent].chain
        }
    }
}
