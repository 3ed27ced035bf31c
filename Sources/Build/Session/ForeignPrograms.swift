internal import CacheAPI
internal import Dockerfile
internal import OCI

/// Refuses RUNs whose programs do not run on this machine, where that is known before anything runs.
struct ForeignPrograms: Sendable {
    let prepared: PreparedBuild
    let handlers: ProgramHandlers
    /// The Dockerfile's name for messages.
    let file: String

    /// Refuses the first RUN that will surely be run and cannot. What a stage gives that has to be built first may make steps
    /// behind it hits: those are looked at when their turn comes.
    /// - Throws: `notPermitted`, with the place in the Dockerfile.
    func check(_ lookup: GraphLookup) async throws {
        let nodes = surelyBuilt(lookup)
        for node in nodes where !ProgramHandlers.isNative(platform(of: node.id.stage)) {
            do {
                try await check(node)
            } catch {
                throw StepExecutor.located(error, node, in: file)
            }
        }
    }

    /// Refuses a RUN that cannot be run here.
    /// - Throws: `notPermitted`.
    func check(_ node: StepGraph.Node) async throws {
        guard case .run = node.step.operation else { return }
        let platform = platform(of: node.id.stage)
        if ProgramHandlers.isNative(platform) { return }
        let answer = try await BlockingThreads.run { [handlers] in handlers.answer(for: platform) }
        if answer == .none {
            throw BuildError(
                .notPermitted,
                "Programs for \(platform) do not run on this machine: \(ProgramHandlers.remedy(platform))")
        }
    }

    /// What a RUN's failure may come from: the kernel does not always tell before that it has no emulator.
    func explained(_ error: any Error, _ node: StepGraph.Node) async -> any Error {
        let platform = platform(of: node.id.stage)
        guard let error = error as? BuildError, error.code == .commandFailed, !ProgramHandlers.isNative(platform),
            await (try? BlockingThreads.run { [handlers] in handlers.answer(for: platform) }) == .unknown
        else { return error }
        let doubt = "It is not known whether programs for \(platform) run on this machine. If not, "
        return BuildError(
            error.code, "\(error.description)\n  \(doubt)\(ProgramHandlers.remedy(platform))",
            exitStatus: error.exitStatus)
    }

    /// What the programs of a stage are made for: what the image that it begins with says.
    private func platform(of stage: Int) -> Platform {
        let root = prepared.root(of: stage)
        if let platform = prepared.bases[root]?.configuration.platform, !platform.architecture.isEmpty {
            return platform
        }
        let text = prepared.plan.stages[root].platform
        return (try? Platform(text)) ?? Platform(os: "linux", architecture: text)
    }

    /// The steps behind the last hit of each stage that is needed.
    private func surelyBuilt(_ lookup: GraphLookup) -> [StepGraph.Node] {
        var found: [StepGraph.Node] = []
        var seen: Set<Int> = []
        var stages = prepared.plan.targets.map(\.stage)
        while let stage = stages.popLast() {
            guard seen.insert(stage).inserted else { continue }
            var nodes = prepared.graph.stages[stage]
            if let hit = lookup.deepestHit(in: nodes) {
                nodes = hit.node + 1..<nodes.upperBound
            } else if case .stage(let base) = prepared.plan.stages[stage].base {
                stages.append(base)
            }
            for index in nodes {
                // What stands on a miss is none that is recorded, for records go after those that stand on them.
                guard lookup[index].verdict == .miss else { break }
                let node = prepared.graph.nodes[index]
                found.append(node)
                for case .paths(_, of: .stage(let source)) in node.inputs { stages.append(source) }
            }
        }
        return found.sorted { ($0.id.stage, $0.id.position) < ($1.id.stage, $1.id.position) }
    }
}
