internal import CacheAPI
internal import Chunking
internal import Dockerfile

extension Builder {
    /// Plans a build as ``run(_:)`` does, and neither asks a server nor fetches or runs anything. Images count by their names,
    /// what ADD would fetch by its address or checksum.
    /// - Throws: ``DockerfileError``; `invalidInput`, `io`.
    public func outline(_ request: BuildRequest) async throws -> BuildOutline {
        let progress = ProgressLog(events)
        let state = try await BlockingThreads.run { try StateDirectory(request.stateDirectory) }
        let remotes = RemoteSources(
            ServerLink(nil, progress).network, RemoteLogins(secrets: [:]), in: state.newWorkspace(), fetches: false)
        let prepared: PreparedBuild
        do {
            prepared = try await PreparedBuild.make(
                request, images: UnresolvedImages(), remotes: remotes, state: state, progress: progress)
        } catch {
            await remotes.remove()
            throw error
        }
        await remotes.remove()
        return BuildOutline(prepared)
    }
}

extension BuildOutline {
    fileprivate init(_ prepared: PreparedBuild) {
        let (plan, graph) = (prepared.plan, prepared.graph)
        stages = plan.stages.enumerated().map { number, stage in
            let lines = stage.history.map { line in
                Line(text: line.createdBy, step: line.step.map { graph.stages[number].lowerBound + $0 })
            }
            return Stage(name: stage.name, base: Self.base(of: stage, prepared.bases[number]), lines: lines)
        }
        steps = graph.nodes.map { node in
            var parent: Int?
            if case .step(let position) = node.parent { parent = position }
            return Step(
                stage: node.id.stage, kind: node.step.operation.kind, line: node.step.line,
                operation: node.operation.digest, components: node.operation.components, parent: parent,
                inputs: node.inputs.enumerated().map { position, input in
                    Self.input(input, prepared.contents[InputID(step: node.id, position: position)])
                },
                isLinked: node.isLinked)
        }
        target = plan.targets.first?.stage ?? plan.stages.count - 1
        let names = plan.stages.compactMap { stage -> String? in
            if case .image(let name, _) = stage.base { name } else { nil }
        }
        unresolved = Set(names + prepared.images.keys.map(\.name)).sorted()
    }

    private static func base(of stage: PlannedStage, _ image: BaseImages.Image?) -> Base {
        switch stage.base {
        case .scratch: .scratch
        case .stage(let other): .stage(other)
        case .image(let name, _): .image(name: name, key: image?.digest ?? Digest(hashing: Array(name.utf8)))
        }
    }

    private static func input(_ input: StepGraph.Input, _ found: ContextScan.Found?) -> Input {
        switch input {
        case .content(let key): .content(key, found.map(files) ?? [])
        case .paths(let paths, .stage(let stage)): .paths(paths, of: .stage(stage))
        case .paths(let paths, .image(let base)):
            .paths(paths, of: .image(base.chain.last ?? Digest(hashing: Array(base.platform.utf8))))
        }
    }

    private static func files(of found: ContextScan.Found) -> [File] {
        found.sources.flatMap { source -> [File] in
            switch source {
            case .files(let source):
                source.files.map { file in
                    let isFile = file.entry.kind == .file
                    return File(
                        path: file.path.isEmpty ? source.name : file.path,
                        content: isFile ? file.entry.content : nil, size: isFile ? file.entry.size : 0)
                }
            case .remote(_, let identity): [File(path: identity.name, content: identity.digest, size: 0)]
            }
        }
    }
}
