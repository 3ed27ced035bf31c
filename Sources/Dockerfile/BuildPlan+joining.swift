extension BuildPlan {
    /// One plan for all that `plans` build, each of which is for one platform. A stage that is the same for several of them,
    /// such as one that begins `FROM --platform=$BUILDPLATFORM` and knows of no target, is there once. Images have their
    /// platform then.
    public init(joining plans: [BuildPlan]) {
        var stages: [PlannedStage] = []
        var known: [PlannedStage: Int] = [:]
        var targets: [Target] = []
        var warnings: [BuildWarning] = []
        for plan in plans {
            let platform = plan.targets.first?.platform
            var positions: [Int] = []
            for stage in plan.stages {
                let stage = stage.placed(positions, platform: platform)
                let position = known[stage] ?? stages.count
                if position == stages.count { stages.append(stage) }
                known[stage] = position
                positions.append(position)
            }
            targets += plan.targets.map { Target(stage: positions[$0.stage], platform: $0.platform) }
            warnings += plan.warnings.filter { !warnings.contains($0) }
        }
        self.init(stages: stages, targets: targets, warnings: warnings)
    }
}

extension PlannedStage {
    /// The stage in another plan, where the stages that come before it have new `positions`.
    fileprivate func placed(_ positions: [Int], platform: String?) -> PlannedStage {
        var stage = self
        switch base {
        case .scratch: break
        case .image(let name, let own): stage.base = .image(name, platform: own ?? platform)
        case .stage(let base): stage.base = .stage(positions[base])
        }
        for index in stage.steps.indices {
            stage.steps[index].operation.replaceSources { source in
                switch source {
                case .context, .directory: source
                case .image(let name, let own): .image(name, platform: own ?? platform)
                case .stage(let other): .stage(positions[other])
                }
            }
        }
        return stage
    }
}

extension PlannedStep.Operation {
    /// Takes files from other places.
    fileprivate mutating func replaceSources(_ change: (CopyOperation.Source) -> CopyOperation.Source) {
        switch self {
        case .run(var run):
            run.mounts = run.mounts.map { mount in
                switch mount {
                case .bind(var bind):
                    bind.source = change(bind.source)
                    return .bind(bind)
                case .cache(var cache):
                    cache.source = cache.source.map(change)
                    return .cache(cache)
                case .tmpfs, .secret, .ssh: return mount
                }
            }
            self = .run(run)
        case .copy(var copy):
            copy.source = change(copy.source)
            self = .copy(copy)
        case .workdir: break
        }
    }
}
