import FoundationEssentials
import OCI

/// Finds out from the environment in which job of a CI system a build runs. Pure: what there is goes in, the result comes
/// out with what said it.
struct JobDetection: Sendable {
    /// What can be known of the machine.
    struct Facts: Sendable {
        var environment: [String: String]
        /// What GitHub Actions tells of the event in the file of `GITHUB_EVENT_PATH`.
        var githubEvent: [UInt8]?
        /// The git repository that the build context is in.
        var git: GitHead?
    }

    let facts: Facts

    /// What follows from `facts`.
    static func detect(_ facts: Facts) -> DetectedJob {
        let detection = JobDetection(facts: facts)
        return detection.github ?? detection.gitlab ?? detection.jenkins ?? detection.elsewhere
    }

    func value(_ variable: String) -> String? {
        guard let value = facts.environment[variable], !value.isEmpty else { return nil }
        return value
    }

    /// What the first of `variables` says that is set.
    func fact(_ variables: String...) -> DetectedJob.Fact? {
        variables.lazy.compactMap { name in value(name).map { DetectedJob.Fact(value: $0, source: name) } }.first
    }

    // MARK: Outside of CI systems

    /// A git repository, a pod of a cluster, or just a machine.
    private var elsewhere: DetectedJob {
        var job = DetectedJob()
        if value("KUBERNETES_SERVICE_HOST") != nil {
            job.system = DetectedJob.Fact(value: "Kubernetes", source: "KUBERNETES_SERVICE_HOST")
        }
        job.branch = headBranch
        job.defaultBranch = originBranch
        job.commit = headCommit
        return job
    }

    /// The branch that is checked out.
    private var headBranch: DetectedJob.Fact? {
        facts.git?.branch.map { DetectedJob.Fact(value: $0, source: ".git/HEAD") }
    }

    /// The default branch of where the clone is from.
    private var originBranch: DetectedJob.Fact? {
        facts.git?.defaultBranch.map { DetectedJob.Fact(value: $0, source: ".git/refs/remotes/origin/HEAD") }
    }

    /// The commit that is checked out.
    private var headCommit: DetectedJob.Fact? {
        facts.git?.commit.map { DetectedJob.Fact(value: $0, source: ".git/HEAD") }
    }
}

// MARK: GitLab CI

extension JobDetection {
    private var gitlab: DetectedJob? {
        guard value("GITLAB_CI") != nil else { return nil }
        var job = DetectedJob(system: DetectedJob.Fact(value: "GitLab CI", source: "GITLAB_CI"))
        job.defaultBranch = fact("CI_DEFAULT_BRANCH")
        job.commit = fact("CI_COMMIT_SHA")
        job.run = fact("CI_PIPELINE_IID")
        job.name = [value("CI_JOB_NAME"), value("CI_JOB_ID").map { "job \($0)" }].compactMap { $0 }
            .joined(separator: ", ")
        if let number = fact("CI_MERGE_REQUEST_IID") {
            job.branch = fact("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
            let (origin, source) = gitlabOrigin
            job.change = DetectedJob.Change(
                term: "merge request", number: number, target: fact("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
                origin: origin, originSource: source, scope: "merge-request/\(number.value)")
            return job
        }
        job.tag = fact("CI_COMMIT_TAG")
        job.branch = job.tag == nil ? fact("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME") ?? headBranch : nil
        return job
    }

    /// A merge request of a fork comes from another project than that which it is for.
    private var gitlabOrigin: (DetectedJob.Change.Origin, String) {
        for kind in ["ID", "PATH"] {
            let name = "CI_MERGE_REQUEST_SOURCE_PROJECT_\(kind)"
            guard let source = value(name) else { continue }
            guard let target = fact("CI_MERGE_REQUEST_PROJECT_\(kind)", "CI_PROJECT_\(kind)") else { continue }
            return source == target.value
                ? (.own, "\(name) is that of \(target.source)")
                : (.fork, "\(name) is \(source), \(target.source) \(target.value)")
        }
        return (.unknown, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID is not set")
    }
}

// MARK: Jenkins

extension JobDetection {
    private var jenkins: DetectedJob? {
        guard let system = fact("JENKINS_URL", "JENKINS_HOME") else { return nil }
        var job = DetectedJob(system: DetectedJob.Fact(value: "Jenkins", source: system.source))
        job.defaultBranch = originBranch
        job.commit = fact("GIT_COMMIT") ?? headCommit
        job.run = fact("BUILD_NUMBER")
        job.name = value("BUILD_TAG") ?? ""
        if let number = fact("CHANGE_ID") {
            let branch = fact("CHANGE_BRANCH")
            job.branch = branch
            let fork = value("CHANGE_FORK")
            job.change = DetectedJob.Change(
                term: "change", number: number, target: fact("CHANGE_TARGET"),
                origin: fork != nil ? .fork : branch == nil ? .unknown : .own,
                originSource: fork.map { "CHANGE_FORK is \($0)" }
                    ?? (branch == nil ? "CHANGE_BRANCH is not set" : "CHANGE_FORK is not set"),
                scope: value("BRANCH_NAME") ?? "change/\(number.value)")
            return job
        }
        job.tag = fact("TAG_NAME")
        guard job.tag == nil else { return job }
        // A branch of a multibranch project; else what the git plugin says, with the name of the remote in front.
        let remote = fact("GIT_BRANCH").map { found in
            found.value.hasPrefix("origin/")
                ? DetectedJob.Fact(value: String(found.value.dropFirst(7)), source: found.source) : found
        }
        job.branch = fact("BRANCH_NAME", "GIT_LOCAL_BRANCH") ?? remote ?? headBranch
        return job
    }
}
