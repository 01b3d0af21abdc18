// Package gin is a program whose routes are those of a gin engine.
package gin

import (
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/routers/users"
)

// New returns the engine. Its logger writes to standard output, which in a
// generated program is the server's error log and not the response.
//
//cgigen:handler /gin/{path...}
func New() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.Default()
	engine.HandleMethodNotAllowed = true
	group := engine.Group("/gin")
	group.Match([]string{http.MethodGet, http.MethodHead}, "/users/:id", show)
	group.POST("/echo", echo)
	return engine
}

func show(c *gin.Context) {
	c.JSON(http.StatusOK, users.Find(c.Request, "/gin/users", c.Param("id")))
}

func echo(c *gin.Context) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, users.MaxBody))
	if err != nil {
		c.String(http.StatusRequestEntityTooLarge, "%v\n", err)
		return
	}
	c.Data(http.StatusOK, "text/plain; charset=utf-8", body)
}
