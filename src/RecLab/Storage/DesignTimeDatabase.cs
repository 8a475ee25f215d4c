using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace RecLab.Storage;

/// <summary>How the migration tool gets a context, so that it need not start the application. Nothing is opened: only the model is read.</summary>
internal sealed class DesignTimeDatabase : IDesignTimeDbContextFactory<RecLabDb>
{
    public RecLabDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<RecLabDb>().UseSqlite("Data Source=:memory:").Options);
}
