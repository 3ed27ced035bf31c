import ChunkStore

extension MetricSamples {
    /// What the store is doing.
    mutating func add(_ load: StoreLoad) {
        add(.queueDepth, [("queue", "writer")], load.waitingChanges)
        add(.leases, [("kind", "held")], load.leases)
        add(.leases, [("kind", "upload")], load.uploads)
        add(.bytes, [("direction", "in"), ("layer", "store")], load.appendedBytes)
        add(.bytes, [("direction", "out"), ("layer", "store")], load.readBytes)
        add(.storeWritable, [], load.isWritable ? 1 : 0)
        add(.diskReserve, [], load.reserveBytes)
        if let free = load.freeBytes { add(.diskFree, [], free) }
    }

    /// What the store holds, in all and of each project.
    mutating func add(_ statistics: Statistics, _ projects: ProjectLabels) {
        let ratios = StatisticsReport.Ratios(statistics)
        for (kind, bytes) in [
            ("logical", statistics.logicalBytes), ("unique", statistics.uniqueBytes),
            ("stored", statistics.storedBytes), ("index", statistics.indexBytes), ("live", statistics.liveBytes),
        ] { add(.storeBytes, [("kind", kind)], bytes) }
        for (kind, ratio) in [
            ("whole_layer", ratios.wholeLayer), ("chunk", ratios.chunk), ("delta", ratios.delta),
            ("compression", ratios.compression),
        ] { add(.storeRatio, [("kind", kind)], ratio) }
        for (item, count) in [
            ("chunk", statistics.chunks), ("layer", statistics.layers), ("step", statistics.steps),
            ("frame", statistics.frames), ("delta_frame", statistics.deltaFrames),
            ("chunk_file", statistics.chunkFiles),
        ] { add(.storeItems, [("item", item)], count) }
        addProjects(statistics, projects)
    }

    private mutating func addProjects(_ statistics: Statistics, _ projects: ProjectLabels) {
        var sums: [String: Statistics.Project] = [:]
        for project in statistics.projects {
            var sum = sums[projects.label(project.name), default: Statistics.Project()]
            sum.logicalBytes += project.logicalBytes
            sum.uniqueBytes += project.uniqueBytes
            sum.heldBytes += project.heldBytes
            sum.looseBytes += project.looseBytes
            sum.layers += project.layers
            sum.steps += project.steps
            sums[projects.label(project.name)] = sum
        }
        for (label, sum) in sums {
            for (kind, bytes) in [
                ("logical", sum.logicalBytes), ("unique", sum.uniqueBytes), ("held", sum.heldBytes),
                ("loose", sum.looseBytes),
            ] { add(.projectBytes, [("project", label), ("kind", kind)], bytes) }
            add(.projectItems, [("project", label), ("item", "layer")], sum.layers)
            add(.projectItems, [("project", label), ("item", "step")], sum.steps)
        }
    }

    /// When background work was last done.
    mutating func add(_ times: UpkeepTimes) {
        for (work, time) in [
            ("collect", times.collected), ("compact", times.compacted), ("pack", times.packed),
            ("scrub", times.scrubbed),
        ] {
            guard let time else { continue }
            add(.upkeepTime, [("work", work)], time)
        }
    }
}
