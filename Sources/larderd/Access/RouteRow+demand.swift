import Access
import CacheAPI
import OCI

extension RouteRow {
    /// What a request that is about no project needs.
    var demand: Demand { demand(in: nil) }

    /// What a request for something in `project` needs.
    func demand(in project: ProjectName) -> Demand {
        switch need {
        case .nothing: .open
        case .known: .known
        case .anywhere(let rights): .anyProject(rights)
        case .everywhere(let rights): .everyProject(rights)
        case .here(let rights): .project(project, rights)
        }
    }

    /// What a request about `repository` needs; `nil` when the path names none.
    func demand(in repository: RepositoryName?) -> Demand {
        switch (need, repository) {
        case (.nothing, _): .open
        case (.known, _): .known
        case (.anywhere(let rights), _): .anyProject(rights)
        case (.everywhere(let rights), _): .everyProject(rights)
        case (.here(let rights), let repository?): .repository(repository, rights)
        // A path without a repository has no project: only who may do anything may do it.
        case (.here, nil): .server
        }
    }
}
