import OCI

extension JobDetection {
    /// The parts of an event that matter (GitHub, "Webhook events and payloads").
    private struct Event: Decodable {
        struct Repository: Decodable {
            var default_branch: String?
            var full_name: String?
        }

        struct PullRequest: Decodable {
            struct Side: Decodable {
                var repo: Repository?
                var sha: String?
            }

            var number: Int?
            var head: Side?
        }

        var repository: Repository?
        var pull_request: PullRequest?
    }

    /// GitHub Actions, and those that set the same variables.
    var github: DetectedJob? {
        guard value("GITHUB_ACTIONS") == "true", let reference = value("GITHUB_REF") else { return nil }
        let event = facts.githubEvent.flatMap {
            try? JSONDocument.decode(Event.self, from: $0, subject: "the event")
        }
        var job = DetectedJob(system: DetectedJob.Fact(value: "GitHub Actions", source: "GITHUB_ACTIONS"))
        job.defaultBranch = event?.repository?.default_branch.map {
            DetectedJob.Fact(value: $0, source: "repository.default_branch in GITHUB_EVENT_PATH")
        }
        job.commit = fact("GITHUB_SHA")
        job.run = githubRun
        job.name = [value("GITHUB_WORKFLOW"), value("GITHUB_JOB"), value("GITHUB_RUN_NUMBER").map { "#\($0)" }]
            .compactMap { $0 }.joined(separator: " ")
        if let base = fact("GITHUB_BASE_REF") {
            // GITHUB_SHA is then a merge that nobody has committed.
            if let sha = event?.pull_request?.head?.sha {
                job.commit = DetectedJob.Fact(value: sha, source: "pull_request.head.sha in GITHUB_EVENT_PATH")
            }
            job.branch = fact("GITHUB_HEAD_REF")
            job.change = githubChange(event, base: base, reference: reference, hasBranch: job.branch != nil)
            return job
        }
        let name = DetectedJob.Fact(
            value: value("GITHUB_REF_NAME") ?? reference.split(separator: "/").dropFirst(2).joined(separator: "/"),
            source: value("GITHUB_REF_NAME") == nil ? "GITHUB_REF" : "GITHUB_REF_NAME")
        if value("GITHUB_REF_TYPE") == "tag" || reference.hasPrefix("refs/tags/") {
            job.tag = name
        } else {
            job.branch = name
        }
        return job
    }

    private func githubChange(_ event: Event?, base: DetectedJob.Fact, reference: String, hasBranch: Bool)
        -> DetectedJob.Change
    {
        let inReference = reference.split(separator: "/").dropFirst(2).first.map(String.init) ?? reference
        let number =
            event?.pull_request?.number.map {
                DetectedJob.Fact(value: String($0), source: "pull_request.number in GITHUB_EVENT_PATH")
            } ?? DetectedJob.Fact(value: inReference, source: "GITHUB_REF")
        var origin = DetectedJob.Change.Origin.unknown
        var source = "GITHUB_EVENT_PATH tells no pull_request.head.repo.full_name"
        if let head = event?.pull_request?.head?.repo?.full_name, let own = value("GITHUB_REPOSITORY"), hasBranch {
            origin = head == own ? .own : .fork
            source = "pull_request.head.repo.full_name is \(head), GITHUB_REPOSITORY \(own)"
        }
        return DetectedJob.Change(
            term: "pull request", number: number, target: base, origin: origin, originSource: source,
            scope: "pull/\(number.value)")
    }

    /// The number of the run, with that of the attempt when it is run again.
    private var githubRun: DetectedJob.Fact? {
        guard let number = fact("GITHUB_RUN_NUMBER") else { return nil }
        guard let attempt = value("GITHUB_RUN_ATTEMPT"), attempt != "1" else { return number }
        return DetectedJob.Fact(value: "\(number.value).\(attempt)", source: "GITHUB_RUN_NUMBER, GITHUB_RUN_ATTEMPT")
    }
}
